import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Table } from './format.ts'

const Answer = Compile(
  Type.Object({
    columns: Type.Array(Type.String()),
    rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]))),
    message: Type.Optional(Type.String()),
  }),
)
const Refusal = Compile(
  Type.Object({
    code: Type.String(),
    message: Type.String(),
    details: Type.Record(Type.String(), Type.Unknown()),
  }),
)

/** A statement that the server refused, or a server that could not be asked. */
export class SqlRefused extends Error {}

export interface Answered extends Table {
  readonly message?: string
}

/** Sends statements to a server. */
export class SqlClient {
  readonly #address: URL
  readonly #token: string

  /** @param url of the server, as its ready line names it */
  constructor(url: string, token: string) {
    this.#address = new URL('/api/rescind/v1/sql', url)
    this.#token = token
  }

  /** @throws SqlRefused with a sentence for people */
  async run(statement: string): Promise<Answered> {
    const reply = await this.#post(statement)
    const body: unknown = await reply.json().catch(() => undefined)
    if (reply.ok && Answer.Check(body)) {
      const { columns, rows, message } = body
      return { columns, rows, ...(message !== undefined && { message }) }
    }
    if (!Refusal.Check(body)) throw new SqlRefused(`the server answers ${reply.status}`)
    const { message, position, changed, ...others } = body.details
    const told = typeof message === 'string' ? message : `${body.message}${listOf(others)}`
    const place = typeof position === 'number' ? ` (at character ${position})` : ''
    const done = typeof changed === 'number' ? `; ${changed} done before` : ''
    throw new SqlRefused(`${body.code}: ${told}${place}${done}`)
  }

  async #post(statement: string): Promise<Response> {
    try {
      return await fetch(this.#address, {
        method: 'POST',
        headers: { authorization: `SSWS ${this.#token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ statement }),
        redirect: 'error',
      })
    } catch (cause) {
      throw new SqlRefused(`${this.#address.origin} cannot be reached`, { cause })
    }
  }
}

function listOf(details: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(details).map(([name, value]) => `${name}: ${String(value)}`)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
