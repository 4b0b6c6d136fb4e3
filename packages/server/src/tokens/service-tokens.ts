import { createHash, randomUUID } from 'node:crypto'
import { formatPosition, type Position } from '@rescind/core/log'
import { errors, jwtVerify, SignJWT } from 'jose'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import {
  authenticateServiceAccount,
  type ServiceAccountCredential,
  serviceAccountActor,
} from '../directory/service-accounts.ts'
import { DomainError } from '../errors/index.ts'
import { serviceTokenKey } from '../keys/service-token-key.ts'
import { append, type Knowledge } from '../log/index.ts'
import { Secret } from '../secrets/index.ts'
import { SYSTEM } from '../store/index.ts'
import {
  countServiceTokens,
  deleteServiceTokens,
  findServiceTokenAnywhere,
  insertServiceToken,
  type ServiceTokenRow,
} from '../store/queries/service-tokens.ts'
import type { Artefact } from './judge.ts'
import { judgeForUse } from './judging.ts'

/** Seconds. There is no refresh token: whoever has the secret asks again. */
export const SERVICE_TOKEN_LIFETIME = 3_600
/** Unexpired tokens of one service account. */
export const MOST_SERVICE_TOKENS = 100

const AUDIENCE = 'api://admin'
const ALGORITHM = 'ES512'

/** What service tokens are judged by, beside the authority. */
export interface ServiceTokenServices {
  readonly knowledge: Knowledge
}

/**
 * Issues an access token to whoever shows a good secret of a service account. It is judged before it is given away:
 * one that was born void is made again once, with what has become known since.
 *
 * @returns undefined for a secret that is not good
 * @throws DomainError `service_token_limit_reached`, `credentials_invalid`, `store_unavailable`, `log_halted`
 */
export async function issueServiceToken(
  authority: Authority,
  { knowledge }: ServiceTokenServices,
  credential: ServiceAccountCredential,
): Promise<Secret | undefined> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const known = await authenticateServiceAccount(authority, credential)
    if (known === undefined) return undefined
    const token = await record(authority, known.actor, known.position)
    const index = await knowledge.confirm(known.actor.organizationId)
    if (judgeForUse(index).isGood(artefactOf(token))) return sign(authority, token)
  }
  throw new DomainError('credentials_invalid')
}

/**
 * Who presents an access token of a service account: the account, with the roles that it has now. The signature
 * proves that we wrote it, the row that we issued it, and standing that nothing took it back.
 *
 * @returns undefined where it is not good, for whatever reason
 * @throws DomainError `store_unavailable`, `log_halted`
 */
export async function acceptServiceToken(
  authority: Authority,
  { knowledge }: ServiceTokenServices,
  presented: Secret,
): Promise<Actor | undefined> {
  const found = await find(authority, presented)
  if (found === undefined) return undefined
  const index = await knowledge.confirm(found.token.organization_id)
  return judgeForUse(index).isGood(artefactOf(found.token)) ? serviceAccountActor(found.account) : undefined
}

/** Revokes an access token, for the account that it is of; of any other it says and does nothing (RFC 7009). */
export async function revokeServiceToken(
  authority: Authority,
  actor: Actor,
  presented: Secret,
): Promise<void> {
  const found = await find(authority, presented)
  if (found === undefined || found.token.client_id !== actor.id) return
  const at = authority.clock.now()
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    for (const { id, expires_at: expires } of await deleteServiceTokens(tx, actor.id, found.token.id)) {
      const data = { class: 'service_token' as const, expires }
      await append(tx, { kind: 'token.revoked', subject: { token: id }, data, actor: entryActor(actor) }, at)
    }
  })
}

async function record(
  { store, clock }: Authority,
  actor: Actor,
  { incarnation, seq }: Position,
): Promise<ServiceTokenRow> {
  const now = Math.floor(clock.now() / 1000) * 1000
  const { organizationId } = actor
  const row = {
    id: randomUUID(),
    client_id: actor.id,
    incarnation,
    seq,
    issued_at: now,
    expires_at: now + SERVICE_TOKEN_LIFETIME * 1000,
  }
  await store.write({ organizationId }, async (tx) => {
    if ((await countServiceTokens(tx, actor.id, now)) >= MOST_SERVICE_TOKENS)
      throw new DomainError('service_token_limit_reached', { limit: MOST_SERVICE_TOKENS })
    await insertServiceToken(tx, row)
  })
  return { ...row, organization_id: organizationId }
}

async function sign(authority: Authority, row: ServiceTokenRow): Promise<Secret> {
  const { privateKey } = await serviceTokenKey(authority)
  const jwt = await new SignJWT({ actorId: row.client_id, pos: positionOf(row) })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
    .setIssuer(authority.publicUrl)
    .setAudience(AUDIENCE)
    .setSubject(row.client_id)
    .setIssuedAt(row.issued_at / 1000)
    .setExpirationTime(row.expires_at / 1000)
    .setJti(row.id)
    .sign(privateKey)
  return new Secret(jwt)
}

async function find(authority: Authority, presented: Secret) {
  const now = authority.clock.now()
  const claims = await claimsOf(authority, presented)
  if (claims === undefined) return undefined
  const found = await authority.store.read(SYSTEM, (tx) => findServiceTokenAnywhere(tx, claims.jti))
  if (found === undefined || found.token.expires_at <= now) return undefined
  const { token } = found
  return claims.sub === token.client_id && claims.pos === positionOf(token) ? found : undefined
}

interface Claims {
  readonly jti: string
  readonly sub: string
  readonly pos: string
}
const readableClaims = Compile(Type.Object({ jti: Type.String(), sub: Type.String(), pos: Type.String() }))

/** Tokens whose signature was found good lately. It stays good, and P-521 takes a millisecond. */
const MOST_VERIFIED = 1_000
const verified = new WeakMap<Authority['store'], Map<string, Claims>>()

/** What a token says, where we signed it. Whether it is still good is another question. */
async function claimsOf(authority: Authority, presented: Secret): Promise<Claims | undefined> {
  const ofStore = verified.get(authority.store) ?? new Map<string, Claims>()
  verified.set(authority.store, ofStore)
  const name = createHash('sha256').update(presented.reveal()).digest('base64url')
  const known = ofStore.get(name)
  if (known !== undefined) return known
  const { publicKey } = await serviceTokenKey(authority)
  const expected = { algorithms: [ALGORITHM], issuer: authority.publicUrl, audience: AUDIENCE, typ: 'at+jwt' }
  try {
    const currentDate = new Date(authority.clock.now())
    const { payload } = await jwtVerify(presented.reveal(), publicKey, { ...expected, currentDate })
    if (!readableClaims.Check(payload)) return undefined
    const { jti, sub, pos } = payload
    ofStore.set(name, { jti, sub, pos })
  } catch (failure) {
    if (failure instanceof errors.JOSEError) return undefined
    throw failure
  }
  const [oldest] = ofStore.keys()
  if (ofStore.size > MOST_VERIFIED && oldest !== undefined) ofStore.delete(oldest)
  return ofStore.get(name)
}

function artefactOf({ id, client_id: client, incarnation, seq }: ServiceTokenRow): Artefact {
  return { class: 'service_token', id, stamp: { place: { incarnation, seq }, subjects: { client } } }
}

function positionOf({ organization_id: log, incarnation, seq }: ServiceTokenRow): string {
  return formatPosition({ log, incarnation, seq })
}
