import { queryOptions } from '@tanstack/react-query'
import { ask, native, withQuery } from './http.ts'
import { anything, list, nullable, type Of, object, optional, record, text } from './shape.ts'
import { Count } from './users.ts'

export const Token = object({
  id: text,
  kind: text,
  format: text,
  user: nullable(text),
  userLogin: nullable(text),
  application: text,
  applicationName: nullable(text),
  api: nullable(text),
  apiName: nullable(text),
  authorizationServer: text,
  scopes: list(text),
  grant: nullable(text),
  session: nullable(text),
  issuedAt: text,
  expiresAt: text,
  lastUsedAt: nullable(text),
  ip: nullable(text),
  userAgent: nullable(text),
  position: text,
  status: text,
  revokedBy: nullable(text),
})
export type Token = Of<typeof Token>

/** What narrows the list; the names are the API's. */
export interface TokenFilter {
  readonly user?: string | undefined
  readonly application?: string | undefined
  readonly api?: string | undefined
  readonly kind?: string | undefined
  readonly state?: 'live' | 'revoked' | undefined
  readonly issuedFrom?: string | undefined
  readonly issuedBefore?: string | undefined
}

export const tokensPath = native('tokens')

export const tokenCountQuery = (filter: TokenFilter) =>
  queryOptions({
    queryKey: ['tokens', 'count', filter],
    queryFn: ({ signal }) => ask(withQuery(native('tokens', 'count'), { ...filter }), Count, { signal }),
  })

/** A token that ran out while it was shown is expired, whatever was true when the list was read. */
export function statusAt({ status, expiresAt }: Pick<Token, 'status' | 'expiresAt'>, now: number): string {
  return status === 'active' && Date.parse(expiresAt) <= now ? 'expired' : status
}

export const Event = object({
  position: text,
  at: text,
  kind: text,
  actor: object({ type: text, id: text, name: nullable(text) }),
  subject: record(text),
  reason: nullable(object({ code: text, text: nullable(text) })),
  cause: nullable(text),
  data: optional(record(anything), {}),
})
export type Event = Of<typeof Event>

export const Explanation = object({
  token: Token,
  standing: text,
  rule: nullable(text),
  entry: nullable(Event),
})
export type Explanation = Of<typeof Explanation>

export const explainToken = (asked: { readonly id: string } | { readonly token: string }) =>
  ask(native('tokens', 'explain'), Explanation, { method: 'POST', body: asked })
