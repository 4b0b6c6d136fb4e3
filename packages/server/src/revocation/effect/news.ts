import type { Store } from '../../store/index.ts'

/** A revocation of which this process has written the receipt. */
export interface EffectTaken {
  readonly organizationId: string
  readonly revocationId: string
  readonly milliseconds: number
}

const listeners = new WeakMap<Store, Set<(taken: EffectTaken) => void>>()

/** Calls the listener, which must not throw, for each. @returns what ends the listening */
export function onEffectTaken(store: Store, listener: (taken: EffectTaken) => void): () => void {
  const all = listeners.get(store) ?? new Set()
  listeners.set(store, all.add(listener))
  return () => all.delete(listener)
}

export function tellEffectTaken(store: Store, taken: EffectTaken): void {
  for (const listener of listeners.get(store) ?? []) listener(taken)
}
