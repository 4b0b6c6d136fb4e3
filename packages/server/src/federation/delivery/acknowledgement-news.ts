import type { Store } from '../../store/index.ts'

/** Told which log was acknowledged further. Must not throw. */
export type AcknowledgementListener = (log: string) => void

const listeners = new WeakMap<Store, Set<AcknowledgementListener>>()

/**
 * Calls the listener after each batch of acknowledgements that this process has recorded: a hint, since other
 * authority nodes record some as well, and the database is the truth.
 *
 * @returns what ends the listening
 */
export function onAcknowledged(store: Store, listener: AcknowledgementListener): () => void {
  const all = listeners.get(store) ?? new Set()
  listeners.set(store, all.add(listener))
  return () => all.delete(listener)
}

export function tellAcknowledged(store: Store, log: string): void {
  for (const listener of listeners.get(store) ?? []) listener(log)
}
