interface Due {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

/** Time that only passes when nothing is left to do. Milliseconds since the run began. */
export class Time {
  #now = 0
  #order = 0
  /** A binary heap: the earliest first, those of one moment in the order in which they were set. */
  readonly #heap: Due[] = []

  get now(): number {
    return this.#now
  }

  /** Calls back later. Returns what prevents that. */
  after(milliseconds: number, run: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, run }
    this.#push(due)
    return () => {
      due.run = undefined
    }
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve)
    })
  }

  /** Lets a span of time pass. What a callback sets in motion has come to rest before the next is called. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await atRest()
    for (let due = this.#heap[0]; due !== undefined && due.at <= end; due = this.#heap[0]) {
      this.#pop()
      if (due.run === undefined) continue
      this.#now = due.at
      due.run()
      await atRest()
    }
    this.#now = end
  }

  #push(due: Due): void {
    const heap = this.#heap
    let at = heap.push(due) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || isBefore(parent, due)) break
      heap[at] = parent
      at = above
    }
    heap[at] = due
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
      const isRight = left !== undefined && right !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (child === undefined || isBefore(last, child)) break
      heap[at] = child
      at = 2 * at + (isRight ? 2 : 1)
    }
    heap[at] = last
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** Everything here runs on promises alone, so one turn of the event loop later they have all settled. */
function atRest(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
