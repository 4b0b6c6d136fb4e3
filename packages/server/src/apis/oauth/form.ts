import type { FastifyInstance } from 'fastify'
import { DomainError } from '../../errors/index.ts'

/** Bytes. A token is at most 16 KiB; beside it goes an assertion. */
const BODY_LIMIT = 65_536

/** The parameters of a form, each given once and not empty (RFC 6749 section 3.2). */
export type Form = ReadonlyMap<string, string>

/** Reads `application/x-www-form-urlencoded` bodies, and no others. */
export function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: BODY_LIMIT },
    async (_request: unknown, body: string) => formOf(body),
  )
}

/**
 * The form of a request; an empty one where it has no body.
 *
 * @throws DomainError `invalid_request` for a parameter given twice
 */
export function formOf(text: string): Form {
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (form.has(name)) throw new DomainError('invalid_request')
    // A parameter without a value counts as left out.
    if (value !== '') form.set(name, value)
  }
  return form
}

/** What `readForms` made of the body. */
export function formIn(body: unknown): Form {
  if (!(body instanceof Map)) return new Map()
  return new Map([...body].map(([name, value]) => [String(name), String(value)]))
}

/** The one value of a parameter in the address; undefined where it is missing or given twice. */
export function queryParameter(query: unknown, name: string): string | undefined {
  if (typeof query !== 'object' || query === null) return undefined
  const value: unknown = Object.getOwnPropertyDescriptor(query, name)?.value
  return typeof value === 'string' && value !== '' ? value : undefined
}
