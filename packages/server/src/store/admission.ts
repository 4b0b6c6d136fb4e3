import { unavailable } from './failures.ts'
import type { Lane } from './store.ts'

/**
 * How many commands may wait or run at once. Beyond it a command is refused at the door: a queue without bound
 * answers nobody in time. `urgent` commands (revocations) find room when ordinary ones no longer do.
 */
export class Admission {
  readonly #ordinary: number
  readonly #urgent: number
  #inside = 0
  #closed = false

  constructor(limit: { readonly ordinary: number; readonly urgent: number }) {
    this.#ordinary = limit.ordinary
    this.#urgent = limit.ordinary + limit.urgent
  }

  /** @throws DomainError `store_unavailable` when there is no room, or after `close` */
  enter(lane: Lane): void {
    if (this.#closed) throw unavailable(new Error('the store is closing'))
    if (this.#inside >= (lane === 'urgent' ? this.#urgent : this.#ordinary))
      throw unavailable(new Error(`${this.#inside} commands are waiting already`))
    this.#inside += 1
  }

  leave(): void {
    this.#inside -= 1
  }

  close(): void {
    this.#closed = true
  }
}
