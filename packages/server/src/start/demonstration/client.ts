import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Secret } from '../../secrets/index.ts'

export interface Answered<Body> {
  readonly body: Body
  /** From sending the request to the last byte of its answer, in milliseconds. */
  readonly ms: number
}

/** A client of the public HTTP API, which knows no more of the server than any script does. */
export class DemonstrationClient {
  readonly #origin: string
  readonly #token: Secret

  constructor(origin: string, token: Secret) {
    this.#origin = origin
    this.#token = token
  }

  /** @throws Error when the answer is none of success, or not of this schema */
  async call<Schema extends TSchema>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<Answered<Static<Schema>>> {
    const before = performance.now()
    const reply = await fetch(`${this.#origin}${path}`, {
      method,
      headers: {
        authorization: `SSWS ${this.#token.reveal()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    const ms = performance.now() - before
    if (!reply.ok) throw new Error(`${method} ${path} was answered ${reply.status}: ${text}`)
    return { body: Value.Parse(schema, text === '' ? undefined : JSON.parse(text)), ms }
  }
}
