import type { AppendListener, AppendNotice } from './store.ts'

/** Tells who listens that logs have grown. A hint: whoever relies on it also looks for itself. */
export class AppendNews {
  readonly #listeners = new Set<AppendListener>()

  /** @returns what ends the listening */
  listen(listener: AppendListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(logs: AppendNotice): void {
    for (const listener of this.#listeners) listener(logs)
  }
}
