import type { KeyRowChange, RingKey } from './ring-key.ts'

export type KidRefusal = 'kid_required' | 'kid_duplicate'

/**
 * The kid rule of Okta's rings: a key may go without a kid only while it is alone, and no two share one.
 *
 * @returns the refusal and the key at fault; undefined where the set is in order
 */
export function kidRefusal(keys: readonly RingKey[]): { code: KidRefusal; key: RingKey } | undefined {
  const seen = new Set<string>()
  for (const key of keys) {
    if (key.kid === null) {
      if (keys.length > 1) return { code: 'kid_required', key }
      continue
    }
    if (seen.has(key.kid)) return { code: 'kid_duplicate', key }
    seen.add(key.kid)
  }
  return undefined
}

export function holdsActiveEncryptionKey(keys: readonly RingKey[]): boolean {
  return keys.some((key) => key.use === 'enc' && key.status === 'ACTIVE')
}

/** Activates one key; an encryption key takes the place of the active one, which is deactivated first. */
export function activation(keys: readonly RingKey[], key: RingKey): readonly KeyRowChange[] {
  if (key.status === 'ACTIVE') return []
  const displaced =
    key.use === 'enc' ? keys.filter((other) => other.use === 'enc' && other.status === 'ACTIVE') : []
  return [
    ...displaced.map((other) => ({ type: 'deactivate', id: other.id }) as const),
    { type: 'activate', id: key.id },
  ]
}
