import { formatPosition } from '@rescind/core/log'
import { findUser } from '../store/queries/users.ts'
import type { KnownIssuer } from './issuers.ts'
import { type ActiveToken, verifyToken } from './verify.ts'

/** Who asks about a token. */
export interface Asker {
  readonly clientId: string
  /** Whether it has proved who it is. */
  readonly authenticated: boolean
}

/** RFC 7662 section 2.2, with Okta's `uid` and our `pos`, `sid` and `grant`. Times are seconds. */
export interface Introspection {
  readonly active: true
  readonly token_type: 'Bearer' | 'DPoP'
  readonly scope?: string
  readonly client_id: string
  readonly username?: string
  readonly exp: number
  readonly iat: number
  readonly sub: string
  readonly aud?: string
  readonly iss: string
  readonly jti: string
  readonly uid?: string
  readonly sid?: string
  readonly grant?: string
  readonly cnf?: { readonly jkt: string }
  readonly pos: string
}

const INACTIVE = { active: false } as const

/**
 * What a token of an issuer is worth now. Any client of the organization that has proved who it is may ask about
 * any token, as resource servers do; one that only names itself, a public client, about its own.
 *
 * @returns exactly `{active: false}` for whatever is not good, not this issuer's, or not the asker's business
 * @throws DomainError `store_unavailable`
 */
export async function introspect(
  issuer: KnownIssuer,
  asker: Asker,
  presented: string,
): Promise<Introspection | typeof INACTIVE> {
  const token = await verifyToken(issuer, presented)
  if (token === undefined) return INACTIVE
  if (!asker.authenticated && token.row.client_id !== asker.clientId) return INACTIVE
  return describe(issuer, token, await usernameOf(issuer, token))
}

async function usernameOf(
  { authority, organizationId }: KnownIssuer,
  { row }: ActiveToken,
): Promise<string | undefined> {
  const { user_id: id } = row
  if (id === null) return undefined
  const user = await authority.store.read({ organizationId }, (tx) => findUser(tx, id))
  return user?.login
}

function describe(
  { organizationId, url }: KnownIssuer,
  { row, jkt }: ActiveToken,
  username: string | undefined,
): Introspection {
  const { incarnation, seq } = row
  return {
    active: true,
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
    ...(row.scopes === '' ? {} : { scope: row.scopes }),
    client_id: row.client_id,
    ...(username === undefined ? {} : { username }),
    exp: Math.floor(row.expires_at / 1000),
    iat: Math.floor(row.issued_at / 1000),
    sub: row.user_id ?? row.client_id,
    ...(row.api === null ? {} : { aud: row.api }),
    iss: url,
    jti: row.id,
    ...(row.user_id === null || row.kind !== 'access' ? {} : { uid: row.user_id }),
    ...(row.session_id === null ? {} : { sid: row.session_id }),
    ...(row.grant_id === null ? {} : { grant: row.grant_id }),
    ...(jkt === undefined ? {} : { cnf: { jkt } }),
    pos: formatPosition({ log: organizationId, incarnation, seq }),
  }
}
