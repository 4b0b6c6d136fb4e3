import { type ProviderContract, parsePosition } from '@rescind/core/log'
import type { ForeignFacts, OwnFacts } from '@rescind/core/standing'
import { VerifierError } from '../errors.ts'
import { type Members, malformed, member } from './compact-jws.ts'

/** What a token says, as it was signed. Frozen: many requests share it. */
export interface Claims {
  readonly iss: string
  readonly sub?: string
  readonly aud: string | readonly string[]
  /** Seconds since the epoch, as `iat` and `nbf`. */
  readonly exp: number
  readonly iat?: number
  readonly nbf?: number
  readonly jti?: string
  readonly client_id?: string
  readonly scope?: string
  readonly [name: string]: unknown
}

/** How many actors may act for one another (RFC 8693 section 4.1) in a token that is looked at. */
const MOST_ACTORS = 8

/**
 * The registered claims with the types that RFC 7519 gives them; `exp` and `aud` must be there.
 *
 * @throws VerifierError `token_malformed`
 */
export function readClaims(payload: Members): Claims {
  const [iss, exp, audience] = [member(payload, 'iss'), member(payload, 'exp'), member(payload, 'aud')]
  if (typeof iss !== 'string') throw malformed('iss')
  if (!isTime(exp)) throw malformed('exp')
  for (const name of TIMES) {
    const value = member(payload, name)
    if (value !== undefined && !isTime(value)) throw malformed(name)
  }
  for (const name of TEXTS) {
    const value = member(payload, name)
    if (value !== undefined && typeof value !== 'string') throw malformed(name)
  }
  if (typeof audience !== 'string' && !isTexts(audience)) throw malformed('aud')
  // What was just checked is what the type says.
  return freeze(payload as Claims)
}

const TIMES = ['iat', 'nbf'] as const
const TEXTS = ['sub', 'jti', 'client_id', 'scope', 'sid', 'grant', 'pos', 'idp', 'client_key'] as const

/**
 * Whom one of our tokens is subject to.
 *
 * @throws VerifierError `token_malformed` for one that lacks what every token of ours has
 */
export function ownFacts(claims: Claims, log: string, key: string): OwnFacts {
  const { iss, jti, client_id: client, sub } = claims
  if (jti === undefined || client === undefined || sub === undefined) throw malformed('jti, client_id or sub')
  const [pos, sid, grant] = [text(claims.pos), text(claims.sid), text(claims.grant)]
  const [provider, assertionKey] = [text(claims.idp), text(claims.client_key)]
  return {
    origin: 'own',
    class: 'access',
    position: pos === undefined ? undefined : parsePosition(pos),
    token: jti,
    users: [...(sub === client ? [] : [sub]), ...actors(claims.act)],
    clients: [client],
    resources: audiencesOf(claims),
    issuer: iss,
    organization: log,
    key,
    ...(sid !== undefined && { session: sid }),
    ...(grant !== undefined && { grant }),
    ...(provider !== undefined && { providers: [provider] }),
    ...(assertionKey !== undefined && { assertionKeys: [assertionKey] }),
  }
}

/** Whom a token of an identity provider names, by the terms on which it is taken. */
export interface Identity {
  /** The id of the identity provider. */
  readonly provider: string
  /** What the user claim says. */
  readonly user: string
  /** What the groups claim says; empty where groups do not count. */
  readonly groups: readonly string[]
  /** The roles that those groups stand for. */
  readonly roles: readonly string[]
}

/**
 * Reads a provider's token by the terms that the organization has with it.
 *
 * @throws VerifierError `issuer_unknown` where there are none, `audience_mismatch`, `token_malformed`
 */
export function identityIn(claims: Claims, contracts: readonly ProviderContract[]): Identity {
  if (contracts.length === 0) throw new VerifierError('issuer_unknown')
  const audiences = audiencesOf(claims)
  const contract = contracts.find(({ audience }) => audiences.includes(audience))
  if (contract === undefined) throw new VerifierError('audience_mismatch')
  const user = text(claims[contract.userClaim])
  if (user === undefined || user === '') throw malformed(contract.userClaim)
  const groups = contract.groupsClaim === undefined ? [] : groupsIn(claims[contract.groupsClaim])
  const roles = (contract.roles ?? []).flatMap((one) => (groups.includes(one.group) ? one.roles : []))
  return { provider: contract.id, user, groups, roles: [...new Set(roles)] }
}

/** Providers send a list, or a single name; anything else is no group. */
function groupsIn(claim: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  return all.filter((each): each is string => typeof each === 'string')
}

/** What an identity provider's token is judged by. */
export function foreignFacts(claims: Claims, user: string, log: string, key: string): ForeignFacts {
  const { iss, iat, jti } = claims
  return {
    origin: 'foreign',
    issuer: iss,
    key,
    issuedAt: iat,
    resources: audiencesOf(claims),
    organization: log,
    ...(jti !== undefined && { token: jti }),
    user,
  }
}

export function audiencesOf({ aud }: Claims): readonly string[] {
  return typeof aud === 'string' ? [aud] : aud
}

function actors(act: unknown): string[] {
  const found: string[] = []
  let present = act
  while (typeof present === 'object' && present !== null) {
    if (found.length >= MOST_ACTORS) throw malformed('act')
    if (!('sub' in present) || typeof present.sub !== 'string') throw malformed('act')
    found.push(present.sub)
    present = 'act' in present ? present.act : undefined
  }
  return found
}

/**
 * What time says of a token.
 *
 * @param now seconds since the epoch
 * @param tolerance seconds that the issuer's clock may be ahead of ours
 * @throws VerifierError `token_expired`, `token_not_yet_valid`
 */
export function checkTimes({ exp, nbf, iat }: Claims, now: number, tolerance: number): void {
  if (exp <= now) throw new VerifierError('token_expired')
  if (nbf !== undefined && nbf > now + tolerance) throw new VerifierError('token_not_yet_valid', 'nbf')
  if (iat !== undefined && iat > now + tolerance) throw new VerifierError('token_not_yet_valid', 'iat')
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) freeze(member)
  return Object.freeze(value)
}
