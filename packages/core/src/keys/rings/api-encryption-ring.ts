import { activation, type KidRefusal, kidRefusal } from './common-rules.ts'
import { type BlockedThumbprints, changed, type RingOutcome, refused } from './outcome.ts'
import type { KeyRowChange, RingKey } from './ring-key.ts'

/** Keys of one API where nothing else is configured: Okta's specification says 5, its guide 50. */
export const API_KEY_LIMIT = 5

/** The encryption keys of an API (resource server): access tokens are encrypted to the ACTIVE one. */
export interface ApiEncryptionRing {
  readonly keys: readonly RingKey[]
  readonly blocked: BlockedThumbprints
  /** The most keys that the ring holds, active and inactive. */
  readonly limit: number
  /** `accessTokenEncryptedResponseAlgorithm` is set. */
  readonly accessTokenEncryption: boolean
}

export type ApiEncryptionRingCommand =
  /** `key.id` is a new id, made by the caller. */
  | { readonly type: 'add'; readonly key: RingKey }
  | { readonly type: 'activate'; readonly id: string }
  | { readonly type: 'deactivate'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string }

export type ApiEncryptionRingRefusalCode =
  | KidRefusal
  | 'key_not_found'
  | 'key_blocked'
  | 'key_limit_reached'
  | 'encryption_key_not_rsa'
  | 'key_added_active'
  | 'active_encryption_key_exists'
  | 'active_encryption_key_required'
  | 'active_key_not_removable'

export type ApiEncryptionRingOutcome = RingOutcome<KeyRowChange, ApiEncryptionRingRefusalCode>

/** Judges one command (Okta's resource-server keys, wire section A2) and names the row changes that it means. */
export function changeApiEncryptionRing(
  ring: ApiEncryptionRing,
  command: ApiEncryptionRingCommand,
): ApiEncryptionRingOutcome {
  if (command.type === 'add') return add(ring, command.key)
  const key = ring.keys.find((candidate) => candidate.id === command.id)
  if (key === undefined) return refused('key_not_found', command.id)
  switch (command.type) {
    case 'activate':
      if (ring.blocked.has(key.thumbprint)) return refused('key_blocked', key.id)
      return changed(...activation(ring.keys, key))
    case 'deactivate':
      if (key.status === 'INACTIVE') return changed()
      if (ring.accessTokenEncryption) return refused('active_encryption_key_required', key.id)
      return changed({ type: 'deactivate', id: key.id })
    case 'remove':
      if (key.status === 'ACTIVE') return refused('active_key_not_removable', key.id)
      return changed({ type: 'remove', id: key.id })
  }
}

function add(ring: ApiEncryptionRing, key: RingKey): ApiEncryptionRingOutcome {
  if (key.status === 'ACTIVE') return refused('key_added_active', key.kid)
  const fault = apiEncryptionRingFault([...ring.keys, key], [key], ring)
  return fault === undefined ? changed({ type: 'add', key }) : refused(fault.code, fault.key.kid)
}

/** What an API's set of keys must be as a whole, judged after the `incoming` keys are in it. */
export function apiEncryptionRingFault(
  keys: readonly RingKey[],
  incoming: readonly RingKey[],
  ring: Pick<ApiEncryptionRing, 'blocked' | 'limit'>,
): { readonly code: ApiEncryptionRingRefusalCode; readonly key: RingKey } | undefined {
  for (const key of incoming) {
    if (ring.blocked.has(key.thumbprint)) return { code: 'key_blocked', key }
    if (key.kty !== 'RSA' || key.use !== 'enc') return { code: 'encryption_key_not_rsa', key }
  }
  const beyond = keys[ring.limit]
  if (beyond !== undefined) return { code: 'key_limit_reached', key: beyond }
  const kids = kidRefusal(keys)
  if (kids !== undefined) return kids
  const secondActive = keys.filter((key) => key.status === 'ACTIVE')[1]
  return secondActive && { code: 'active_encryption_key_exists', key: secondActive }
}
