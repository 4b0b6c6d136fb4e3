import type { KeyUse } from '../policy/public-jwk.ts'

export type KeyStatus = 'ACTIVE' | 'INACTIVE'

/** What a ring must know of a key: the row's columns, without the key material. */
export interface RingKey {
  /** The row's own id (`pks…`, `apk…`), never the kid. */
  readonly id: string
  readonly kid: string | null
  readonly thumbprint: string
  readonly use: KeyUse
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly crv: string | null
  /** The algorithm that the key is bound to, null where it is not. */
  readonly alg: string | null
  readonly status: KeyStatus
}

/** A row change: `add` inserts, `update` sets the members it names, `remove` deletes, the others set `status`. */
export type KeyRowChange =
  | { readonly type: 'add'; readonly key: RingKey }
  | { readonly type: 'update'; readonly id: string; readonly kid: string | null; readonly alg: string | null }
  | { readonly type: 'activate'; readonly id: string }
  | { readonly type: 'deactivate'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string }

/** The ring after the changes: what the rows will be once the caller has applied them. */
export function applyKeyChanges(
  keys: readonly RingKey[],
  changes: readonly KeyRowChange[],
): readonly RingKey[] {
  return changes.reduce(applyOne, keys)
}

function applyOne(keys: readonly RingKey[], change: KeyRowChange): readonly RingKey[] {
  switch (change.type) {
    case 'add':
      return [...keys, change.key]
    case 'remove':
      return keys.filter((key) => key.id !== change.id)
    case 'activate':
      return keys.map((key) => (key.id === change.id ? { ...key, status: 'ACTIVE' } : key))
    case 'deactivate':
      return keys.map((key) => (key.id === change.id ? { ...key, status: 'INACTIVE' } : key))
    case 'update':
      return keys.map((key) => (key.id === change.id ? { ...key, kid: change.kid, alg: change.alg } : key))
  }
}
