import type { TSchema } from 'typebox'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Effect, Ledger } from './http-kill-ledger.ts'

/** The connection broke before the answer was complete: whether the change was made is not known. */
export class Unanswered extends Error {}

/** A server that neither answers nor dies has failed too. Milliseconds. */
const PATIENCE = 30_000

const KEY = Type.Object({
  id: Type.String(),
  kid: Type.String(),
  status: Type.Enum(['ACTIVE', 'INACTIVE']),
})
export type ShownKey = Static<typeof KEY>
export const ONE_KEY = KEY
export const API_KEYS = Type.Array(KEY)
export const CLIENT_KEYS = Type.Object({ keys: Type.Array(KEY) })
export const IDENTIFIED = Type.Object({ id: Type.String() })
export const APPLICATIONS = Type.Array(Type.Object({ id: Type.String(), label: Type.String() }))
export const SERVERS = Type.Array(Type.Object({ id: Type.String(), name: Type.String() }))

/** The management API as the workload uses it; every change passes the ledger. */
export class KillApi {
  readonly #origin: string
  readonly #token: string
  readonly #ledger: Ledger

  constructor(origin: string, token: string, ledger: Ledger) {
    this.#origin = origin
    this.#token = token
    this.#ledger = ledger
  }

  /**
   * Asks for a change and notes the acknowledgement.
   *
   * @returns the body, as `schema` has it
   * @throws Unanswered when the server died; Error when it refused
   */
  async change<Schema extends TSchema>(
    effects: readonly Effect[],
    request: { readonly method: 'POST' | 'DELETE' | 'GET'; readonly path: string; readonly body?: unknown },
    expected: { readonly status: number; readonly schema: Schema },
  ): Promise<Static<Schema>> {
    const pending = this.#ledger.begin(effects)
    const { status, body } = await this.#send(request)
    if (status !== expected.status) throw refused(request, status, body)
    this.#ledger.acknowledge(pending)
    return Value.Parse(expected.schema, body)
  }

  /** Reads; a resource that must be there. */
  async get<Schema extends TSchema>(path: string, schema: Schema): Promise<Static<Schema>> {
    const { status, body } = await this.#send({ method: 'GET', path })
    if (status !== 200) throw refused({ method: 'GET', path }, status, body)
    return Value.Parse(schema, body)
  }

  async #send(request: {
    readonly method: string
    readonly path: string
    readonly body?: unknown
  }): Promise<{ status: number; body: unknown }> {
    const json = request.body === undefined ? undefined : JSON.stringify(request.body)
    let status: number
    let text: string
    try {
      const response = await fetch(this.#origin + request.path, {
        method: request.method,
        headers: {
          authorization: `SSWS ${this.#token}`,
          ...(json !== undefined && { 'content-type': 'application/json' }),
        },
        ...(json !== undefined && { body: json }),
        signal: AbortSignal.timeout(PATIENCE),
      })
      status = response.status
      text = await response.text()
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'TimeoutError')
        throw new Error(`no answer to ${request.method} ${request.path}`, { cause })
      throw new Unanswered(`${request.method} ${request.path}`, { cause })
    }
    return { status, body: text === '' ? undefined : JSON.parse(text) }
  }
}

function refused(request: { method: string; path: string }, status: number, body: unknown): Error {
  return new Error(`${request.method} ${request.path} was answered ${status}: ${JSON.stringify(body)}`)
}
