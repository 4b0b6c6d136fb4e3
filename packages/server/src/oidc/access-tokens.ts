import { formatPosition } from '@rescind/core/log'
import { type AccessToken, type ClientCredentials, errors, type JWTStructured } from 'oidc-provider'
import { tokenDetails } from '../tokens/details.ts'
import { newTokenId, recordToken } from '../tokens/issue.ts'
import type { Judge } from '../tokens/judge.ts'
import type { Stamp, Subjects } from '../tokens/stamp.ts'
import { placeToken, type StatusClaim } from '../tokens/status-lists/place.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { sealToken } from './encryption.ts'
import { endpointsOf } from './endpoints.ts'
import { currentRequest, type OidcRequest } from './request.ts'
import { hasStatusList } from './resources.ts'

type Issued = AccessToken | ClientCredentials

/**
 * Makes a JWT access token (RFC 9068) ours before the library signs it: its position, the subjects that a
 * verifier judges it by, and its row in the ledger, which is durable before anybody can hold the token.
 *
 * @param signingKey the thumbprint of the key that will sign it
 * @throws InvalidGrant where the token was born void, InvalidTarget where it cannot be encrypted as it must be
 */
export async function stampAccessToken(
  context: IssuerContext,
  signingKey: string,
  token: Issued,
  structure: JWTStructured,
): Promise<void> {
  const seal = await sealToken(context, token)
  const { authority, organizationId, issuerId, issuer, judge } = context
  const request = currentRequest()
  const stamp = request.stamp(subjectsOf(token, request.family))
  const id = newTokenId()
  const { payload } = structure
  const now = authority.clock.now()
  const expiresAt = Number(payload.exp) * 1000
  const status = await statusOf(context, { id, expiresAt, resource: stamp.subjects.resource })
  const good = await recordToken(authority, organizationId, judge, id, {
    kind: 'access',
    format: seal === undefined ? 'jwt' : 'encrypted',
    ...(seal === undefined ? {} : { handle: seal.handle }),
    issuerId,
    issuer,
    scopes: token.scope ?? '',
    signingKey,
    ...(request.origin === undefined ? {} : { origin: request.origin }),
    issuedAt: now,
    expiresAt,
    ip: request.source.ip,
    userAgent: request.source.userAgent,
    details: tokenDetails({ jkt: token.jkt }),
    stamp,
  })
  if (!good) throw bornVoid(request)
  judgeSession(judge, request, stamp)
  request.issuing({ class: 'access', id, issuer, signingKey, stamp })
  const { subjects, place } = stamp
  payload.jti = id
  payload.pos = formatPosition({ log: organizationId, ...place })
  if (subjects.session !== undefined) payload.sid = subjects.session
  if (subjects.grant !== undefined) payload.grant = subjects.grant
  if (subjects.assertionKey !== undefined) payload.client_key = subjects.assertionKey
  if (subjects.identityProvider !== undefined) payload.idp = subjects.identityProvider
  if (status !== undefined) payload.status = status
}

/** Where verifiers that read a status list find the token, for an API that asked for one. */
async function statusOf(
  context: IssuerContext,
  token: { readonly id: string; readonly expiresAt: number; readonly resource: string | undefined },
): Promise<StatusClaim | undefined> {
  if (token.resource === undefined || !(await hasStatusList(context, token.resource))) return undefined
  const { authority, organizationId, issuerId, issuer } = context
  const endpoints = endpointsOf({ organizationId, issuerId, url: issuer })
  return placeToken(authority, { organizationId, issuerId, endpoints }, token)
}

/** What is revoked before it is handed out is not handed out. */
export function bornVoid(request: OidcRequest): Error {
  request.markBornVoid()
  return new errors.InvalidGrant('what the token rests on has been revoked')
}

/**
 * What ends with its session must not be born after the session's end, which finds and revokes only what is there
 * by then. A token with a refresh token goes on without the session.
 *
 * @throws InvalidGrant
 */
export function judgeSession(judge: Judge, request: OidcRequest, { place, subjects }: Stamp): void {
  const { session, grant } = subjects
  if (session === undefined || grant !== undefined) return
  const artefact = { class: 'session', stamp: { place, subjects: { session } } } as const
  if (!judge.isGood(artefact)) throw bornVoid(request)
  request.issuing(artefact)
}

/** Whom an access token names itself, beside what its request relied on. */
function subjectsOf(token: Issued, family: string | undefined): Subjects {
  return {
    ...('accountId' in token && token.accountId !== undefined ? { user: token.accountId } : {}),
    ...(token.clientId === undefined ? {} : { client: token.clientId }),
    ...('sessionUid' in token && token.sessionUid !== undefined ? { session: token.sessionUid } : {}),
    ...(typeof token.aud === 'string' ? { resource: token.aud } : {}),
    ...(family === undefined ? {} : { grant: family }),
  }
}
