import { formatPosition } from '@rescind/core/log'
import type { Tables } from '../store/index.ts'
import { findToken, findTokenByHandle } from '../store/queries/tokens.ts'
import { confirmationOf } from './details.ts'
import type { KnownIssuer } from './issuers.ts'
import { judgeForUse } from './judging.ts'
import { rowArtefact } from './ledger.ts'
import { readOwnJwt } from './own-jwt.ts'
import { readPresented } from './presented.ts'

type Row = Tables['tokens']

/** A token that is good now. */
export interface ActiveToken {
  readonly row: Row
  /** Thumbprint of the key that its holder must prove to have; undefined for a bearer token. */
  readonly jkt: string | undefined
}

/**
 * Judges a presented token of an issuer, access or refresh, in any format. A JWT must be signed by a published key
 * of the issuer and say what the ledger says; an encrypted one, which nobody here can open, is known by the random
 * handle in its header; an opaque one by its value. All of them need their row in the ledger, time left, and
 * standing.
 *
 * @returns undefined where it is not good, for whatever reason
 * @throws DomainError `store_unavailable`, `log_halted`
 */
export async function verifyToken(issuer: KnownIssuer, presented: string): Promise<ActiveToken | undefined> {
  const row = await findRow(issuer, presented)
  if (row === undefined || row.issuer_id !== issuer.issuerId) return undefined
  if (row.format === 'jwt' && !isSigned(issuer, row, presented)) return undefined
  if (row.expires_at <= issuer.authority.clock.now() || row.consumed_at !== null) return undefined
  if (!judgeForUse(issuer.index).isGood(rowArtefact(row, issuer.url))) return undefined
  return { row, jkt: confirmationOf(row.details) }
}

async function findRow(
  { authority, organizationId }: KnownIssuer,
  presented: string,
): Promise<Row | undefined> {
  const name = readPresented(presented)
  const row = await authority.store.read({ organizationId }, (tx) =>
    'jti' in name ? findToken(tx, name.jti) : findTokenByHandle(tx, name.handle),
  )
  // What is named by its `jti` is a JWT; the public name of anything else opens nothing.
  return row === undefined || 'jti' in name === (row.format === 'jwt') ? row : undefined
}

/** The signature proves that we wrote the claims; the row, that we issued the token. They must tell the same. */
function isSigned(issuer: KnownIssuer, row: Row, presented: string): boolean {
  const jwt = readOwnJwt(presented, issuer.keys)
  if (jwt === undefined) return false
  const { claims, kid } = jwt
  const { incarnation, seq } = row
  return (
    claims.iss === issuer.url &&
    claims.jti === row.id &&
    claims.aud === row.api &&
    claims.client_id === row.client_id &&
    claims.sub === (row.user_id ?? row.client_id) &&
    (claims.scope ?? '') === row.scopes &&
    (claims.sid ?? null) === row.session_id &&
    (claims.grant ?? null) === row.grant_id &&
    claims.exp * 1000 === row.expires_at &&
    claims.pos === formatPosition({ log: issuer.organizationId, incarnation, seq }) &&
    claims.cnf?.jkt === confirmationOf(row.details) &&
    kid === row.signing_key
  )
}
