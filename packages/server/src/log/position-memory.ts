import { compareMarks, type Position } from '@rescind/core/log'

interface Remembered<T> {
  readonly value: T
  readonly position: Position
}

/**
 * Values read from the store, each with the head of the log in the snapshot that it was read from. Whatever an
 * organization keeps is changed together with an entry, so what was read at a head that has not moved since is
 * still so; who knows of a later position reads anew.
 */
export class PositionMemory<T> {
  readonly #most: number
  readonly #values = new Map<string, Remembered<T>>()

  /** @param most values kept; the one read longest ago goes first */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * The value as it is at `since` or later. That there is none is not remembered, so that asking for what does not
   * exist pushes nothing out.
   *
   * @param since the position of the caller's knowledge
   * @param read reads the value and the head in one snapshot
   */
  async recall(
    name: string,
    since: Position,
    read: () => Promise<{ readonly value: T; readonly position: Position }>,
  ): Promise<T> {
    const key = `${since.log} ${name}`
    const known = this.#values.get(key)
    if (known !== undefined && compareMarks(known.position, since) >= 0) return known.value
    this.#values.delete(key)
    const fresh = await read()
    if (fresh.position.log !== since.log) throw new TypeError('positions of two logs cannot be compared')
    if (fresh.value === undefined) return fresh.value
    this.#values.set(key, fresh)
    const [oldest] = this.#values.keys()
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest)
    return fresh.value
  }
}
