import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Secret } from '../../secrets/index.ts'
import { CommandRefused, shown, type Terminal } from './command.ts'

const LOCAL = 'http://localhost:8080'
/** Milliseconds for an answer to begin. */
const PATIENCE = 30_000

const refusal = Compile(
  Type.Object({
    code: Type.String(),
    message: Type.String(),
    details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  }),
)

/** The native API as a command uses it. */
export class NativeClient {
  readonly base: string
  readonly #token: Secret

  /** @param base `<origin>/api/rescind/v1` */
  constructor(base: string, token: Secret) {
    this.base = base
    this.#token = token
  }

  /**
   * The API at `--url`, else RESCIND_URL, else this machine's; with the token in RESCIND_API_TOKEN, else asked for. It
   * is never a word of the command line, which everybody on the machine can read.
   *
   * @throws CommandRefused
   */
  static async open(url: string | undefined, terminal: Terminal): Promise<NativeClient> {
    const written = url ?? terminal.environment.RESCIND_URL ?? LOCAL
    const origin = URL.canParse(written) ? new URL(written) : undefined
    if (origin === undefined || !/^https?:$/.test(origin.protocol))
      throw new CommandRefused(`--url must be an http or https address: ${shown(written)}`)
    const token = terminal.environment.RESCIND_API_TOKEN ?? (await terminal.askSecret('API token: '))
    if (token === undefined || token === '')
      throw new CommandRefused('no API token: set RESCIND_API_TOKEN, or run this in a terminal to be asked')
    if (!/^[\x21-\x7e]+$/.test(token)) throw new CommandRefused('the API token has characters that none has')
    return new NativeClient(`${origin.href.replace(/\/+$/, '')}/api/rescind/v1`, new Secret(token))
  }

  async get(path: string): Promise<unknown> {
    return JSON.parse(await (await this.open(path)).text())
  }

  async post(path: string, body: object): Promise<unknown> {
    const reply = await this.#fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return JSON.parse(await reply.text())
  }

  /** An answer of success as it comes in. @throws CommandRefused that says what the authority said */
  open(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return this.#fetch(path, { headers, ...(signal && { signal }) })
  }

  async #fetch(path: string, init: RequestInit & { readonly headers: object }): Promise<Response> {
    const headers = { ...init.headers, authorization: `SSWS ${this.#token.reveal()}` }
    const signal = init.signal ?? AbortSignal.timeout(PATIENCE)
    const reply = await fetch(`${this.base}${path}`, { ...init, headers, signal, redirect: 'error' }).catch(
      (cause: unknown) => {
        throw new CommandRefused(`${this.base} cannot be reached`, { cause })
      },
    )
    if (reply.ok) return reply
    throw new CommandRefused(sentenceOf(reply.status, await reply.text()))
  }
}

function sentenceOf(status: number, text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (!refusal.Check(body)) return `the authority answered ${status}`
    const details = Object.entries(body.details).map(([name, value]) => `${name}: ${value}`)
    return shown([`${body.message} (${body.code})`, ...details].join('; '))
  } catch {
    return `the authority answered ${status}`
  }
}
