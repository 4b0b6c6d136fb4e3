import {
  type ApiEncryptionRing,
  type ApiEncryptionRingOutcome,
  apiEncryptionRingFault,
} from './api-encryption-ring.ts'
import { unmetByChange } from './client-demands.ts'
import { type ClientRing, type ClientRingOutcome, clientRingFault } from './client-ring.ts'
import { changed, refused } from './outcome.ts'
import { applyKeyChanges, type KeyRowChange, type KeyStatus, type RingKey } from './ring-key.ts'

/** A key of a set that is to replace a whole ring, as it stands in an application or an authorization server. */
export interface ReplacementKey extends Omit<RingKey, 'status'> {
  /** A new id made by the caller, for the case that the key turns out to be new. */
  readonly id: string
  /** The id that the request gave the key; null where it gave none. */
  readonly claimedId: string | null
  /** Null where the request gave none, which means ACTIVE. */
  readonly status: KeyStatus | null
}

/**
 * Replaces all keys of a client by those of its application. A key that the ring holds already keeps its id: the
 * one that the request names by id, else the one with the same kid, in both cases only with the same thumbprint,
 * because a row never changes its key material. `ring.demands` are those of the settings that come into force
 * with the replacement.
 */
export function replaceClientKeys(
  ring: ClientRing,
  replacements: readonly ReplacementKey[],
): ClientRingOutcome {
  const { changes, keys } = planReplacement(ring.keys, replacements)
  const fault = clientRingFault(keys, keys, ring.blocked)
  if (fault !== undefined) return refused(fault.code, fault.key.kid)
  const unmet = unmetByChange(ring.keys, keys, ring.demands)
  return unmet === undefined ? changed(...changes) : refused(unmet, null)
}

/**
 * Replaces all keys of an API by those of its authorization server. Unlike an added key, one of these may be
 * ACTIVE; while access tokens are encrypted one must be, if there are any keys.
 */
export function replaceApiEncryptionKeys(
  ring: ApiEncryptionRing,
  replacements: readonly ReplacementKey[],
): ApiEncryptionRingOutcome {
  const { changes, keys } = planReplacement(ring.keys, replacements)
  const fault = apiEncryptionRingFault(keys, keys, ring)
  if (fault !== undefined) return refused(fault.code, fault.key.kid)
  const isActive = (key: RingKey) => key.status === 'ACTIVE'
  if (ring.accessTokenEncryption && ring.keys.some(isActive) && !keys.some(isActive)) {
    return refused('active_encryption_key_required', null)
  }
  return changed(...changes)
}

interface Replacement {
  readonly changes: readonly KeyRowChange[]
  /** The ring as the changes leave it. */
  readonly keys: readonly RingKey[]
}

/**
 * Removals come first and activations last, so that no step leaves two ACTIVE encryption keys. Kids may pass
 * through a duplicate, since two keys may swap theirs: a store that holds kids unique parks them at null first.
 */
function planReplacement(held: readonly RingKey[], replacements: readonly ReplacementKey[]): Replacement {
  const kept = matchReplacements(held, replacements)
  const removals: KeyRowChange[] = []
  const deactivations: KeyRowChange[] = []
  const renamings: KeyRowChange[] = []
  const additions: KeyRowChange[] = []
  const activations: KeyRowChange[] = []
  const keptIds = new Set([...kept.values()].map((key) => key.id))
  for (const key of held) if (!keptIds.has(key.id)) removals.push({ type: 'remove', id: key.id })
  for (const replacement of replacements) {
    const status = replacement.status ?? 'ACTIVE'
    const key = kept.get(replacement)
    if (key === undefined) {
      additions.push({ type: 'add', key: newKey(replacement, status) })
      continue
    }
    if (key.kid !== replacement.kid || key.alg !== replacement.alg) {
      renamings.push({ type: 'update', id: key.id, kid: replacement.kid, alg: replacement.alg })
    }
    if (key.status === status) continue
    if (status === 'ACTIVE') activations.push({ type: 'activate', id: key.id })
    else deactivations.push({ type: 'deactivate', id: key.id })
  }
  const changes = [...removals, ...deactivations, ...renamings, ...additions, ...activations]
  return { changes, keys: applyKeyChanges(held, changes) }
}

function newKey(replacement: ReplacementKey, status: KeyStatus): RingKey {
  const { id, kid, thumbprint, use, kty, crv, alg } = replacement
  return { id, kid, thumbprint, use, kty, crv, alg, status }
}

/** Which held key each replacement is, no held key being taken twice; ids go before kids. */
function matchReplacements(
  held: readonly RingKey[],
  replacements: readonly ReplacementKey[],
): ReadonlyMap<ReplacementKey, RingKey> {
  const matches = new Map<ReplacementKey, RingKey>()
  const free = new Set(held)
  const match = (isSame: (replacement: ReplacementKey, key: RingKey) => boolean) => {
    for (const replacement of replacements) {
      if (matches.has(replacement)) continue
      const found = [...free].find(
        (key) =>
          key.thumbprint === replacement.thumbprint &&
          key.use === replacement.use &&
          isSame(replacement, key),
      )
      if (found === undefined) continue
      free.delete(found)
      matches.set(replacement, found)
    }
  }
  match((replacement, key) => replacement.claimedId === key.id)
  match((replacement, key) => replacement.kid === key.kid)
  return matches
}
