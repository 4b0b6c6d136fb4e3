import type { KeyObject } from 'node:crypto'
import { activeKey } from '@rescind/core/keys'
import type { Position } from '@rescind/core/log'
import type { Authority } from '../authority/index.ts'
import { requireIssuer } from '../directory/issuer.ts'
import { DomainError } from '../errors/index.ts'
import { head } from '../log/index.ts'
import { SYSTEM } from '../store/index.ts'
import { organizationOfIssuer } from '../store/queries/issuers.ts'
import { type PublishedDocument, publishDocument } from './published-document.ts'
import { openPrivateKey, type SigningAlgorithm } from './signing-key-material.ts'
import { signingRingOf } from './signing-keys.ts'
import { MAX_ISSUERS, memoryOf, type RememberedIssuer } from './signing-keys-memory.ts'
import { loadSigningRing, type StoredSigningRing } from './signing-ring.ts'
import { type VerifyingKeys, verifyingKeysOf } from './verifying-keys.ts'

/** The key that signs the tokens of an issuer. */
export interface ActiveSigningKey {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly privateKey: KeyObject
  /** The `iss` of what it signs. */
  readonly issuer: string
  readonly organizationId: string
  /** A token signed by it with a position (`seq`) before this one is void: take the knowledge anew, and try again. */
  readonly activeFrom: number
  /** The position of the log at which this was so. */
  readonly position: Position
}

/** A ring that another node changed is noticed after this long at the latest. Milliseconds. */
const RECHECK_AFTER = 1000

/**
 * The key that signs for an issuer (an authorization server's id, or an organization's for its own one). Kept in
 * memory by log position: what this node changed is seen at once, what another one changed when `since` says so,
 * else within a second.
 *
 * @param since the position of the caller's knowledge: the answer is not older
 * @throws DomainError not_found where there is no such issuer, or it is inactive
 */
export async function activeSigningKey(
  authority: Authority,
  issuerId: string,
  since?: Position,
): Promise<ActiveSigningKey> {
  const known = recall(authority, issuerId, since) ?? (await read(authority, issuerId))
  if (!known.issuer.active) throw issuerNotFound(issuerId)
  const active = activeKey(known.ring)
  const key = known.ring.keys.find(({ kid }) => kid === active?.kid)
  if (key?.activeFrom === undefined || key.sealedPrivate === null) throw new DomainError('signing_key_supply')
  return {
    kid: key.kid,
    alg: key.algorithm,
    privateKey: await openOnce(authority, known, key.kid, key.sealedPrivate),
    issuer: known.issuer.url,
    organizationId: known.issuer.organizationId,
    activeFrom: key.activeFrom,
    position: known.position,
  }
}

/** Opens the private key for all who ask; a vault that fails is asked again by the next. */
async function openOnce(
  authority: Authority,
  known: RememberedIssuer,
  kid: string,
  sealed: string,
): Promise<KeyObject> {
  const opening = known.privateKey ?? openPrivateKey(authority.vault, kid, sealed)
  known.privateKey = opening
  try {
    return await opening
  } catch (failure) {
    if (known.privateKey === opening) known.privateKey = undefined
    throw failure
  }
}

/** The published keys of an issuer where this node has them in memory and fresh; undefined says nothing. */
export function publishedKeysInMemory(authority: Authority, issuerId: string): PublishedDocument | undefined {
  const known = recall(authority, issuerId)
  if (known === undefined || !known.issuer.active) return undefined
  // Read ahead, so that under load nobody waits. A failure is met by whoever asks once the memory has aged.
  if (performance.now() - known.checkedAt > RECHECK_AFTER / 2)
    read(authority, issuerId).catch(() => undefined)
  return known.document
}

/**
 * The published keys of an issuer. What this node changed is seen at once, what another one changed within a
 * second.
 *
 * @throws DomainError not_found where there is no such issuer, or it is inactive
 */
export async function publishedKeysOf(authority: Authority, issuerId: string): Promise<PublishedDocument> {
  const remembered = publishedKeysInMemory(authority, issuerId)
  if (remembered !== undefined) return remembered
  const { issuer, document } = await read(authority, issuerId)
  if (!issuer.active) throw issuerNotFound(issuerId)
  return document
}

/** An issuer that may issue now, with the keys that its tokens are verified with. */
export interface VerifyingIssuer {
  /** The `iss` of its tokens. */
  readonly url: string
  readonly keys: VerifyingKeys
}

/**
 * The published keys of an issuer, ready to verify with.
 *
 * @param since the position of the caller's knowledge: the answer is not older
 * @throws DomainError not_found where there is no such issuer, or it is inactive
 */
export async function verifyingIssuer(
  authority: Authority,
  issuerId: string,
  since: Position,
): Promise<VerifyingIssuer> {
  const known = recall(authority, issuerId, since) ?? (await read(authority, issuerId))
  if (!known.issuer.active) throw issuerNotFound(issuerId)
  return { url: known.issuer.url, keys: verifyingKeysOf(known, authority.clock.now()) }
}

function recall(authority: Authority, issuerId: string, since?: Position): RememberedIssuer | undefined {
  const known = memoryOf(authority).issuers.get(issuerId)
  if (known === undefined || known.document.validUntil <= authority.clock.now()) return undefined
  if (since !== undefined) return isAtLeast(known.position, since) ? known : undefined
  return performance.now() - known.checkedAt < RECHECK_AFTER ? known : undefined
}

function isAtLeast(position: Position, since: Position): boolean {
  if (position.log !== since.log) throw new TypeError('positions of two logs cannot be compared')
  if (position.incarnation !== since.incarnation) return position.incarnation > since.incarnation
  return position.seq >= since.seq
}

/** Reads anew what is known of an issuer; all who ask meanwhile wait for the same reading. */
function read(authority: Authority, issuerId: string): Promise<RememberedIssuer> {
  const { reading, issuers } = memoryOf(authority)
  const running = reading.get(issuerId)
  if (running !== undefined) return running
  const started = readIssuer(authority, issuerId, issuers.get(issuerId)).then(
    (known) => {
      // A change that committed meanwhile has dropped this reading, which may be older than the change.
      if (reading.get(issuerId) !== started) return known
      reading.delete(issuerId)
      issuers.delete(issuerId)
      issuers.set(issuerId, known)
      const [oldest] = issuers.keys()
      if (issuers.size > MAX_ISSUERS && oldest !== undefined) issuers.delete(oldest)
      return known
    },
    (failure: unknown) => {
      if (reading.get(issuerId) === started) reading.delete(issuerId)
      throw failure
    },
  )
  reading.set(issuerId, started)
  return started
}

async function readIssuer(
  authority: Authority,
  issuerId: string,
  before: RememberedIssuer | undefined,
): Promise<RememberedIssuer> {
  const checkedAt = performance.now()
  const organizationId =
    before?.issuer.organizationId ??
    (await authority.store.read(SYSTEM, (tx) => organizationOfIssuer(tx, issuerId)))
  if (organizationId === undefined) throw issuerNotFound(issuerId)
  const snapshot = await authority.store.read({ organizationId }, async (tx) => ({
    issuer: await requireIssuer(authority, tx, issuerId),
    position: (await head(tx)).position,
    ring: await loadSigningRing(tx, issuerId),
  }))
  if (snapshot.ring === undefined || snapshot.ring.keys.length === 0) {
    await signingRingOf(authority, organizationId, issuerId)
    return readIssuer(authority, issuerId, before)
  }
  const { issuer, position, ring } = snapshot
  const now = authority.clock.now()
  if (before !== undefined && isSame(before.ring, ring) && now < before.document.validUntil) {
    const { document, privateKey } = before
    return { issuer, position, ring, document, checkedAt, privateKey }
  }
  return { issuer, position, ring, document: publishDocument(ring, now), checkedAt, privateKey: undefined }
}

/** A ring moves its version with every change; that a key of it was blocked is told elsewhere. */
function isSame(one: StoredSigningRing, other: StoredSigningRing): boolean {
  const blocked = ({ keys, blocked }: StoredSigningRing) =>
    keys.filter((key) => blocked.has(key.thumbprint)).length
  return one.version === other.version && blocked(one) === blocked(other)
}

function issuerNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'authorization_server', id })
}
