/** What an entry of a Map costs beside its key: measured around 90 bytes, rounded up. */
const MAP_ENTRY_BYTES = 128

/** The memory that an index may take. What does not fit makes the index incomplete, and so never fresh. */
export class Budget {
  readonly limit: number
  #used = 0
  #exceeded = false

  /** @param limit in bytes */
  constructor(limit: number) {
    this.limit = limit
  }

  get used(): number {
    return this.#used
  }

  /** Whether something was turned away since the last `reset`. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** Takes the bytes, or turns them away and remembers that. A negative number gives back. */
  take(bytes: number): boolean {
    if (bytes > 0 && this.#used + bytes > this.limit) {
      this.exceed()
      return false
    }
    this.#used += bytes
    return true
  }

  /** Remembers that something could not be kept. */
  exceed(): void {
    this.#exceeded = true
  }

  /** Forgives what was turned away: whoever calls this is about to load everything again. */
  reset(): void {
    this.#exceeded = false
  }
}

/** A Map with string keys that counts against a budget. */
export class BudgetedMap<V> {
  readonly #map = new Map<string, V>()
  readonly #budget: Budget

  constructor(budget: Budget) {
    this.#budget = budget
  }

  get size(): number {
    return this.#map.size
  }

  get(key: string): V | undefined {
    return this.#map.get(key)
  }

  set(key: string, value: V): void {
    if (this.#map.has(key) || this.#budget.take(cost(key))) this.#map.set(key, value)
  }

  delete(key: string): void {
    if (this.#map.delete(key)) this.#budget.take(-cost(key))
  }

  clear(): void {
    for (const key of this.#map.keys()) this.#budget.take(-cost(key))
    this.#map.clear()
  }

  entries(): IterableIterator<[string, V]> {
    return this.#map.entries()
  }
}

function cost(key: string): number {
  return MAP_ENTRY_BYTES + key.length * 2
}
