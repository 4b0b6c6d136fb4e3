import { type ClientKeyDemands, type UnmetDemand, unmetByChange } from './client-demands.ts'
import { activation, type KidRefusal, kidRefusal } from './common-rules.ts'
import { type BlockedThumbprints, changed, type RingOutcome, refused } from './outcome.ts'
import type { KeyRowChange, RingKey } from './ring-key.ts'

/** Keys of one client, signing and encryption, active and inactive: Okta's published maximum. */
export const CLIENT_KEY_LIMIT = 50

/** The keys that a client (application) has registered, in the order in which they were added. */
export interface ClientRing {
  readonly keys: readonly RingKey[]
  readonly blocked: BlockedThumbprints
  /** What the client's settings demand of its keys. */
  readonly demands: ClientKeyDemands
}

export type ClientRingCommand =
  /** `key.id` is a new id, made by the caller. */
  | { readonly type: 'add'; readonly key: RingKey }
  | { readonly type: 'activate'; readonly id: string }
  | { readonly type: 'deactivate'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string }

export type ClientRingRefusalCode =
  | KidRefusal
  | UnmetDemand
  | 'key_not_found'
  | 'key_blocked'
  | 'key_limit_reached'
  | 'encryption_key_not_rsa'
  | 'active_encryption_key_exists'
  | 'active_key_not_removable'

export type ClientRingOutcome = RingOutcome<KeyRowChange, ClientRingRefusalCode>

/** Judges one command (Okta's application JWKS, wire rules 1 to 9) and names the row changes that it means. */
export function changeClientRing(ring: ClientRing, command: ClientRingCommand): ClientRingOutcome {
  if (command.type === 'add') return add(ring, command.key)
  const key = ring.keys.find((candidate) => candidate.id === command.id)
  if (key === undefined) return refused('key_not_found', command.id)
  switch (command.type) {
    case 'activate':
      if (ring.blocked.has(key.thumbprint)) return refused('key_blocked', key.id)
      return changed(...activation(ring.keys, key))
    case 'deactivate':
      return deactivate(ring, key)
    case 'remove':
      if (key.status === 'ACTIVE') return refused('active_key_not_removable', key.id)
      return changed({ type: 'remove', id: key.id })
  }
}

function add(ring: ClientRing, key: RingKey): ClientRingOutcome {
  const refusal = clientRingFault([...ring.keys, key], [key], ring.blocked)
  return refusal === undefined ? changed({ type: 'add', key }) : refused(refusal.code, refusal.key.kid)
}

function deactivate(ring: ClientRing, key: RingKey): ClientRingOutcome {
  if (key.status === 'INACTIVE') return changed()
  const after = ring.keys.map((other) => (other === key ? { ...key, status: 'INACTIVE' as const } : other))
  const unmet = unmetByChange(ring.keys, after, ring.demands)
  return unmet === undefined ? changed({ type: 'deactivate', id: key.id }) : refused(unmet, key.id)
}

/** What a client's set of keys must be as a whole, judged after `incoming` keys are in it. */
export function clientRingFault(
  keys: readonly RingKey[],
  incoming: readonly RingKey[],
  blocked: BlockedThumbprints,
): { readonly code: ClientRingRefusalCode; readonly key: RingKey } | undefined {
  for (const key of incoming) {
    if (blocked.has(key.thumbprint)) return { code: 'key_blocked', key }
    if (key.use === 'enc' && key.kty !== 'RSA') return { code: 'encryption_key_not_rsa', key }
  }
  const beyond = keys[CLIENT_KEY_LIMIT]
  if (beyond !== undefined) return { code: 'key_limit_reached', key: beyond }
  const kids = kidRefusal(keys)
  if (kids !== undefined) return kids
  const activeEncryption = keys.filter((key) => key.use === 'enc' && key.status === 'ACTIVE')
  const second = activeEncryption[1]
  return second === undefined ? undefined : { code: 'active_encryption_key_exists', key: second }
}
