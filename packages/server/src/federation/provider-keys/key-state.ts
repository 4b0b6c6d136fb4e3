import type { DataOf, EntryJwk } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { PublishedKey } from '../../keys/client-jwks/read-jwks.ts'
import type { ReadTx, WriteTx } from '../../store/index.ts'
import {
  deleteProviderKeys,
  findProviderKeySet,
  insertProviderKeySet,
  listProviderKeys,
  putProviderKey,
} from '../../store/queries/provider-keys.ts'
import type { ProviderKeySets, ProviderKeys } from '../../store/tables/identity-providers.ts'

/** Keys that are neither published nor of any consequence are remembered up to so many. */
const MOST_FORMER = 1_000
/** As many as an entry can name. */
const MOST_BLOCKED = 4_096

/** What is known of an issuer's keys, in a federation's transaction. */
export interface KeyState {
  readonly set: ProviderKeySets
  readonly keys: readonly ProviderKeys[]
}

const jwk = Compile(
  Type.Object({
    kty: Type.Enum(['RSA', 'EC', 'OKP']),
    kid: Type.Optional(Type.String()),
    use: Type.Optional(Type.Enum(['sig', 'enc'])),
    alg: Type.Optional(Type.String()),
    n: Type.Optional(Type.String()),
    e: Type.Optional(Type.String()),
    crv: Type.Optional(Type.String()),
    x: Type.Optional(Type.String()),
    y: Type.Optional(Type.String()),
  }),
)

/** A set that has yet to be fetched. */
export function newKeySet(issuer: string, now: number) {
  return {
    issuer,
    epoch: 1,
    is_trusted: 0,
    not_after: null,
    revoked_at: null,
    fetching_until: 0,
    fetch_started_at: null,
    fetched_at: null,
    succeeded_at: null,
    changed_at: null,
    outcome: 'never',
    failures: 0,
    next_fetch_at: now,
    asked_at: null,
    jwks_uri: null,
    etag: null,
    alarms: '[]',
  }
}

/** What is known of an issuer's keys; nothing yet for one that nobody has asked about. */
export async function keyStateOf(tx: WriteTx, issuer: string, now: number): Promise<KeyState> {
  const known = await findKeyState(tx, issuer)
  if (known !== undefined) return known
  await insertProviderKeySet(tx, newKeySet(issuer, now))
  const made = await findKeyState(tx, issuer)
  if (made === undefined) throw new TypeError('a key set that was made is not there')
  return made
}

export async function findKeyState(tx: ReadTx, issuer: string): Promise<KeyState | undefined> {
  const set = await findProviderKeySet(tx, issuer)
  return set && { set, keys: await listProviderKeys(tx, issuer) }
}

/** The keys as an entry lists them: trusted are those of the last good set that are not blocked. */
export function trustedKeys({ set, keys }: KeyState): DataOf<'idp_jwks.refreshed'>['keys'] {
  if (set.is_trusted === 0) return []
  return keys
    .filter((key) => key.is_published === 1 && key.blocked_at === null)
    .map((key) => ({
      key: key.thumbprint,
      jwk: readJwk(key.jwk),
      ...(key.kid !== null && { kid: key.kid }),
    }))
}

/** A key as it was kept. */
export function readJwk(json: string): EntryJwk {
  return jwk.Parse(JSON.parse(json))
}

/** The thumbprints that are blocked for ever, latest first. */
export function blockedKeys({ keys }: KeyState): readonly string[] {
  return keys
    .filter((key) => key.blocked_at !== null)
    .slice(0, MOST_BLOCKED)
    .map((key) => key.thumbprint)
}

export interface KeyChanges {
  /** Whether another set is published than before. */
  readonly hasChanges: boolean
  /** Thumbprints that are blocked from now on. */
  readonly blocked: readonly string[]
}

/**
 * Takes in a set that was fetched. A key that was known when the keys were revoked and is gone is blocked for ever.
 *
 * @param isRevocation whether this very fetch belongs to a revocation: then every key known before it is suspect
 */
export async function takeIn(
  tx: WriteTx,
  { set, keys: known }: KeyState,
  published: readonly PublishedKey[],
  now: number,
  isRevocation = false,
): Promise<KeyChanges> {
  const { issuer } = set
  const before = new Map(known.map((key) => [key.thumbprint, key]))
  const isPublished = new Set(published.map((key) => key.thumbprint))
  let hasChanges = false
  for (const { thumbprint, kid, jwk } of published) {
    const row = before.get(thumbprint)
    const isSame = row?.is_published === 1 && row.kid === kid
    hasChanges ||= !isSame
    await putProviderKey(tx, {
      issuer,
      thumbprint,
      kid,
      jwk: JSON.stringify(jwk),
      is_published: 1,
      is_suspect: row !== undefined && (isRevocation || row.is_suspect === 1) ? 1 : 0,
      first_seen_at: row?.first_seen_at ?? now,
      last_seen_at: now,
      blocked_at: row?.blocked_at ?? null,
    })
  }
  const blocked: string[] = []
  for (const row of known) {
    if (isPublished.has(row.thumbprint)) continue
    const isSuspect = isRevocation || row.is_suspect === 1
    const isBlocked = isSuspect && row.blocked_at === null
    if (isBlocked) blocked.push(row.thumbprint)
    if (row.is_published === 0 && !isBlocked) continue
    hasChanges ||= row.is_published === 1
    const { federation_id: _, ...rest } = row
    await putProviderKey(tx, {
      ...rest,
      is_published: 0,
      is_suspect: isSuspect ? 1 : 0,
      blocked_at: isBlocked ? now : row.blocked_at,
    })
  }
  await forgetFormer(tx, issuer)
  return { hasChanges, blocked }
}

/** Blocks keys by thumbprint, whether they are published or not. */
export async function blockKeys(
  tx: WriteTx,
  { keys }: KeyState,
  thumbprints: ReadonlySet<string>,
  now: number,
): Promise<readonly string[]> {
  const fresh = keys.filter((key) => thumbprints.has(key.thumbprint) && key.blocked_at === null)
  for (const { federation_id: _, ...row } of fresh) await putProviderKey(tx, { ...row, blocked_at: now })
  return fresh.map((key) => key.thumbprint)
}

/** Marks every key as one to be blocked once it is found gone: for a revocation whose fetch failed. */
export async function suspectAll(tx: WriteTx, { keys }: KeyState): Promise<void> {
  for (const { federation_id: _, ...row } of keys)
    if (row.is_suspect === 0) await putProviderKey(tx, { ...row, is_suspect: 1 })
}

/** A provider that changes its keys without end must not fill the table. */
async function forgetFormer(tx: WriteTx, issuer: string): Promise<void> {
  const former = (await listProviderKeys(tx, issuer)).filter(
    (key) => key.is_published === 0 && key.blocked_at === null,
  )
  await deleteProviderKeys(
    tx,
    issuer,
    former.slice(MOST_FORMER).map((key) => key.thumbprint),
  )
}
