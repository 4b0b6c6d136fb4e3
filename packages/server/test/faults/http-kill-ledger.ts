/** What one acknowledged change does to one thing: the entries it writes, in order, and the state it leaves. */
export interface Effect {
  /** A name that the workload gave, so that it is known before the server answers. */
  readonly subject: string
  readonly kinds: readonly string[]
  readonly state: string
}

/** What there is of a subject: the kinds of its entries since the beginning, and its state. */
export interface Standing {
  readonly kinds: readonly string[]
  readonly state: string
}

export const ABSENT: Standing = { kinds: [], state: 'absent' }

/** How the changes ended that were in flight when the server was killed. */
export interface Settlement {
  readonly done: number
  readonly undone: number
  /** What should not be: each is a broken promise. */
  readonly faults: readonly string[]
}

/**
 * The client's memory: what was acknowledged, and what was asked for without an answer. A subject has at most one
 * change in flight, because its writer waits for each answer.
 */
export class Ledger {
  readonly #standings = new Map<string, Standing>()
  readonly #inFlight = new Set<readonly Effect[]>()
  #acknowledged = 0

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** What the acknowledgements say of a subject. */
  standing(subject: string): Standing {
    return this.#standings.get(subject) ?? ABSENT
  }

  /** To be called before the request leaves. */
  begin(change: readonly Effect[]): readonly Effect[] {
    this.#inFlight.add(change)
    return change
  }

  /** The server said that the change is durable. */
  acknowledge(change: readonly Effect[]): void {
    this.#inFlight.delete(change)
    this.#apply(change)
    this.#acknowledged += 1
  }

  /**
   * Compares with what was found after the server had died. An unanswered change must be wholly there or wholly
   * absent, and is remembered as what it turned out to be; everything else must be as acknowledged.
   */
  settle(found: ReadonlyMap<string, Standing>): Settlement {
    const faults: string[] = []
    let done = 0
    let undone = 0
    for (const change of this.#inFlight) {
      const there = change.filter((effect) => same(found.get(effect.subject) ?? ABSENT, this.#after(effect)))
      if (there.length === change.length) {
        done += 1
        this.#apply(change)
      } else if (there.length === 0) undone += 1
      else faults.push(`half done: ${JSON.stringify(change)}, of which only ${JSON.stringify(there)}`)
    }
    this.#inFlight.clear()
    for (const subject of new Set([...this.#standings.keys(), ...found.keys()])) {
      const expected = this.standing(subject)
      const actual = found.get(subject) ?? ABSENT
      if (!same(expected, actual))
        faults.push(`${subject}: acknowledged ${describe(expected)}, found ${describe(actual)}`)
    }
    return { done, undone, faults }
  }

  #after({ subject, kinds, state }: Effect): Standing {
    return { kinds: [...this.standing(subject).kinds, ...kinds], state }
  }

  #apply(change: readonly Effect[]): void {
    for (const effect of change) this.#standings.set(effect.subject, this.#after(effect))
  }
}

function same(a: Standing, b: Standing): boolean {
  return a.state === b.state && a.kinds.join() === b.kinds.join()
}

function describe({ kinds, state }: Standing): string {
  return `${state} after [${kinds.join(' ')}]`
}
