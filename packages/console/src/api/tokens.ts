import { queryOptions } from '@tanstack/react-query'
import { ask, native, withQuery } from './http.ts'
import {
  anything,
  list,
  nullable,
  type Of,
  object,
  optional,
  type Page,
  pageOf,
  record,
  text,
} from './shape.ts'
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

/** As many as the server counts one by one: whoever means more means a user, an application or an API. */
export const MOST_AT_ONCE = 10_000
const READ_AT_ONCE = 1_000

/**
 * Every token that a filter means now, newest first.
 *
 * @throws RangeError for more than `MOST_AT_ONCE`: part of them would be read as all of them
 */
export async function allTokens(filter: TokenFilter, signal: AbortSignal): Promise<readonly Token[]> {
  const read: Token[] = []
  let after: string | null = ''
  while (after !== null) {
    const page: Page<Token> = await ask(
      withQuery(tokensPath, { limit: READ_AT_ONCE, ...filter, after }),
      pageOf(Token),
      { signal },
    )
    read.push(...page.items)
    if (read.length > MOST_AT_ONCE)
      throw new RangeError('There are more by now than can be selected at once.')
    after = page.next
  }
  return read
}

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
