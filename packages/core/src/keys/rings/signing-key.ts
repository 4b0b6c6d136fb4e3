import type { BlockedThumbprints } from './outcome.ts'

export type SigningKeyStatus = 'NEXT' | 'ACTIVE' | 'EXPIRED' | 'REVOKED'

/**
 * A signing key of an authorization server, without its material. Times are milliseconds since the epoch and
 * null until they happen; `activeFrom` and `activeUntil` are positions (`seq`) in the organization's log, which
 * the caller fills in from the entries that record the activation and the end.
 */
export interface SigningKey {
  readonly kid: string
  readonly thumbprint: string
  readonly status: SigningKeyStatus
  readonly publishedAt: number
  readonly activatedAt: number | null
  readonly retiredAt: number | null
  readonly revokedAt: number | null
  /** Until when an EXPIRED key stays published, fixed when it is retired. */
  readonly retainUntil: number | null
  /** When it left the published set for good; the row stays, so that its kid is never used again. */
  readonly withdrawnAt: number | null
  readonly activeFrom?: number
  readonly activeUntil?: number
}

/** All signing keys that an authorization server ever had; rows of withdrawn and revoked keys stay. */
export interface SigningRing {
  readonly keys: readonly SigningKey[]
  readonly blocked: BlockedThumbprints
}

/** A key pair that the caller has made beforehand, because making one is slow. */
export interface FreshSigningKey {
  readonly kid: string
  readonly thumbprint: string
}

/** The row changes of a signing ring, to be applied in order, in one transaction with their log entries. */
export type SigningKeyChange =
  /** Insert; `status` ACTIVE is published and activated at once, which only an empty ring or an emergency does. */
  | {
      readonly type: 'publish'
      readonly key: FreshSigningKey
      readonly status: 'NEXT' | 'ACTIVE'
      readonly at: number
    }
  | { readonly type: 'activate'; readonly kid: string; readonly at: number }
  | { readonly type: 'retire'; readonly kid: string; readonly at: number; readonly retainUntil: number }
  | { readonly type: 'revoke'; readonly kid: string; readonly at: number }
  | { readonly type: 'withdraw'; readonly kid: string; readonly at: number }

export type SigningRingRefusalCode =
  /** The command needs `needed` fresh keys; make them and ask again. */
  | 'fresh_key_required'
  /** Verifiers may hold a JWKS without NEXT until `notBefore`; only an emergency signs with it earlier. */
  | 'next_key_unseen'
  | 'key_not_found'
  | 'key_blocked'
  | 'kid_reused'

export interface SigningRingRefusal {
  readonly code: SigningRingRefusalCode
  readonly key: string | null
  readonly needed?: number
  /** Milliseconds since the epoch. */
  readonly notBefore?: number
}

export type SigningRingOutcome =
  | { readonly ok: true; readonly changes: readonly SigningKeyChange[] }
  | { readonly ok: false; readonly refusal: SigningRingRefusal }

/** The ring after the changes: what the rows will be once the caller has applied them (positions apart). */
export function applySigningKeyChanges(
  keys: readonly SigningKey[],
  changes: readonly SigningKeyChange[],
): readonly SigningKey[] {
  return changes.reduce(applyOne, keys)
}

function applyOne(keys: readonly SigningKey[], change: SigningKeyChange): readonly SigningKey[] {
  if (change.type === 'publish') return [...keys, publishedKey(change)]
  return keys.map((key) => (key.kid === change.kid ? changedKey(key, change) : key))
}

type Published = Extract<SigningKeyChange, { type: 'publish' }>

function publishedKey({ key, status, at }: Published): SigningKey {
  return {
    kid: key.kid,
    thumbprint: key.thumbprint,
    status,
    publishedAt: at,
    activatedAt: status === 'ACTIVE' ? at : null,
    retiredAt: null,
    revokedAt: null,
    retainUntil: null,
    withdrawnAt: null,
  }
}

function changedKey(key: SigningKey, change: Exclude<SigningKeyChange, Published>): SigningKey {
  switch (change.type) {
    case 'activate':
      return { ...key, status: 'ACTIVE', activatedAt: change.at }
    case 'retire':
      return { ...key, status: 'EXPIRED', retiredAt: change.at, retainUntil: change.retainUntil }
    case 'revoke':
      return { ...key, status: 'REVOKED', revokedAt: change.at }
    case 'withdraw':
      return { ...key, withdrawnAt: change.at }
  }
}
