import { compareMarks, type Mark } from '@rescind/core/log'
import type { Committed, Event, IssuedToken } from './history.ts'
import { backwards, isBlocked, isGood, voids } from './reference-model.ts'

type Verdict = Extract<Event, { type: 'verdict' }>

/** What is known of a node from the outside. */
interface NodeRecord {
  /** By place: the entry there that it was last handed. */
  readonly delivered: Map<string, Committed>
  /** Ids of entries that lay in what it was handed, but that its view did not hold then. */
  readonly hidden: Set<number>
  position: Mark | undefined
  /** Ids of entries that its present process has certainly applied. */
  readonly applied: Set<number>
}

/**
 * Checks a history against the invariants of LOG.md.
 *
 * @returns the first violation in words, or `undefined`
 */
export function check(events: readonly Event[]): string | undefined {
  const checker = new Checker()
  for (const event of events) {
    const broken = checker.take(event)
    if (broken !== undefined) return `at ${event.at.toFixed(0)} ms: ${broken}`
  }
  return undefined
}

class Checker {
  readonly #nodes = new Map<string, NodeRecord>()
  readonly #committed: Committed[] = []
  readonly #acknowledged = new Map<number, { readonly entry: Committed; readonly at: number }>()
  #end: Committed | undefined
  /** The earliest incarnation that has lost entries; all of a later one were lost with it. */
  #restoredIn: number | undefined

  take(event: Event): string | undefined {
    switch (event.type) {
      case 'committed':
        return this.#commit(event.entry)
      case 'acknowledged':
        this.#acknowledged.set(event.entry.id, event)
        return undefined
      case 'restored':
        this.#end = event.end
        this.#restoredIn = Math.min(
          event.end?.mark.incarnation ?? 1,
          this.#restoredIn ?? Number.POSITIVE_INFINITY,
        )
        this.#forgetLost()
        return undefined
      case 'started':
        this.#start(event.node, event.keeps)
        return undefined
      case 'delivered':
        return this.#deliver(event)
      case 'applied':
        return this.#apply(event)
      case 'verdict':
        return this.#judge(event)
    }
  }

  /** Invariant 4: positions have no gaps, and nothing is changed. */
  #commit(entry: Committed): string | undefined {
    const { incarnation, seq } = this.#end?.mark ?? { incarnation: 1, seq: 0 }
    const joinsOn = entry.mark.incarnation === incarnation && entry.mark.seq === seq + 1
    const opens = entry.mark.incarnation > incarnation && entry.mark.seq === 1
    this.#end = entry
    this.#committed.push(entry)
    return joinsOn || opens ? undefined : `the log goes from ${seq} to ${entry.mark.seq}`
  }

  /** A restore is announced as a loss: what it took is owed to nobody but to those who have it. */
  #forgetLost(): void {
    const kept = new Set([...backwards(this.#end)].map(({ id }) => id))
    for (const id of this.#acknowledged.keys()) if (!kept.has(id)) this.#acknowledged.delete(id)
  }

  #start(name: string, keeps: boolean): void {
    const known = this.#nodes.get(name)
    const kept = known !== undefined && keeps ? known : { delivered: new Map(), hidden: new Set<number>() }
    const { delivered, hidden } = kept
    this.#nodes.set(name, { delivered, hidden, position: undefined, applied: new Set() })
  }

  #deliver({ node, after, end, resources }: Extract<Event, { type: 'delivered' }>): string | undefined {
    const record = this.#nodes.get(node)
    if (record === undefined) return `${node} is unknown`
    for (const entry of backwards(end)) {
      if (entry.mark.incarnation === end.mark.incarnation && entry.mark.seq <= after) break
      record.delivered.set(place(entry.mark), entry)
      const resource = resourceOf(entry)
      if (resource === undefined || resources.includes(resource)) record.hidden.delete(entry.id)
      else record.hidden.add(entry.id)
    }
    return undefined
  }

  /** Invariants 4 and 5: a position never goes back, and rests on everything up to it. */
  #apply({ node, position }: Extract<Event, { type: 'applied' }>): string | undefined {
    const record = this.#nodes.get(node)
    if (record === undefined) return `${node} is unknown`
    if (record.position !== undefined && compareMarks(position, record.position) < 0)
      return `${node} went back from ${place(record.position)} to ${place(position)}`
    record.position = position
    for (const entry of record.delivered.values())
      if (compareMarks(entry.mark, position) <= 0 && !record.hidden.has(entry.id))
        record.applied.add(entry.id)
    return undefined
  }

  #judge(verdict: Verdict): string | undefined {
    const record = this.#nodes.get(verdict.node)
    if (record === undefined) return `${verdict.node} is unknown`
    const { outcome } = verdict
    const broken = outcome.active
      ? (this.#unRevoked(verdict, record) ?? this.#late(verdict) ?? this.#notWhole(verdict, record))
      : this.#overRevoked(verdict, outcome.code)
    return broken ?? (verdict.settled ? this.#unsettled(verdict) : undefined)
  }

  /** Invariant 2: what a process has applied it never forgets, not even where the authority did. */
  #unRevoked({ node, token }: Verdict, { applied }: NodeRecord): string | undefined {
    const by = this.#committed.find((entry) => applied.has(entry.id) && voids(entry, token))
    return by && `${node} had applied ${tell(by)} and called ${token.jti} good`
  }

  /** Invariant 2: past the staleness what was acknowledged is in force, unless the cluster is open. */
  #late({ node, token, outcome, at, maxStaleness }: Verdict): string | undefined {
    if (outcome.active && outcome.how === 'open') return undefined
    for (const { entry, at: since } of this.#acknowledged.values())
      if (at - since > maxStaleness && voids(entry, token))
        return `${node} called ${token.jti} good ${(at - since).toFixed(0)} ms after ${tell(entry)} was acknowledged`
    return undefined
  }

  /** Invariant 5: fresh at N is to have everything of 1 … N, and to judge by it. */
  #notWhole({ node, token, outcome }: Verdict, { delivered, applied }: NodeRecord): string | undefined {
    if (!outcome.active || outcome.how !== 'fresh') return undefined
    const { position } = outcome
    const end = delivered.get(place(position))
    if (end === undefined) return position.seq === 0 ? undefined : `${node} is at a place it was never given`
    for (const entry of backwards(end)) {
      if (entry.mark.incarnation < position.incarnation) break
      const concerns = (resourceOf(entry) ?? token.resource) === token.resource
      if (concerns && !applied.has(entry.id))
        return `${node} is fresh at ${position.seq} without ${tell(entry)}`
    }
    return isGood(end, token)
      ? undefined
      : `${node} called ${token.jti} good, which is void at ${position.seq}`
  }

  /** Invariant 6: whoever says revoked or blocked knows an entry that says so. */
  #overRevoked({ node, token, at }: Verdict, code: string): string | undefined {
    if (code === 'token_revoked' || code === 'key_revoked')
      return this.#isVoidSomewhere(token) || token.expiresAt <= at
        ? undefined
        : `${node} says ${code} of ${token.jti}, which nobody revoked`
    if (code === 'subject_blocked')
      return this.#committed.some((entry) => isBlocked(entry, token))
        ? undefined
        : `${node} says that the user of ${token.jti} is blocked`
    return EXCUSES.has(code) ? undefined : `${node} says ${code} of ${token.jti}`
  }

  /** A restored authority that is asked about a token may not know it any more. */
  #isVoidSomewhere(token: IssuedToken): boolean {
    const mayBeLost = this.#restoredIn !== undefined && token.position.incarnation >= this.#restoredIn
    return mayBeLost || this.#committed.some((entry) => voids(entry, token) || isBlocked(entry, token))
  }

  /** Once all faults have ended every node is fresh again, and every verdict is that of the log. */
  #unsettled({ node, token, outcome, at }: Verdict): string | undefined {
    if (token.expiresAt <= at) return undefined
    const good = isGood(this.#end, token)
    const said = outcome.active ? outcome.how : outcome.code
    if (outcome.active === good && (!outcome.active || outcome.how === 'fresh')) {
      const isExcuse = !outcome.active && NEVER_SETTLED.has(outcome.code)
      return isExcuse ? `${node} says ${said} of ${token.jti} for good` : undefined
    }
    return `${node} says ${said} of ${token.jti}, which is ${good ? 'good' : 'void'}, although all is well`
  }
}

/** Refusals that say nothing of a revocation. A key that is gone with its incarnation is unknown or revoked. */
const EXCUSES: ReadonlySet<string> = new Set([
  'stale',
  'position_ahead',
  'token_expired',
  'key_unknown',
  'issuer_unknown',
])
const NEVER_SETTLED: ReadonlySet<string> = new Set(['stale', 'position_ahead'])

function resourceOf({ entry }: Committed): string | undefined {
  return entry?.kind === 'resource.revoked' ? entry.subject.resource : undefined
}

function place({ incarnation, seq }: Mark): string {
  return `${incarnation}.${seq}`
}

function tell({ mark, entry }: Committed): string {
  return `${entry?.kind ?? 'an entry'} ${JSON.stringify(entry?.subject ?? {})} (${place(mark)})`
}
