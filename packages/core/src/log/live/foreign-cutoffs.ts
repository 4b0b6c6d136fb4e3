import type { IndexEntry } from '../index-entry.ts'
import { compareMarks, type Mark } from '../position.ts'
import { type Budget, BudgetedMap } from './budget.ts'
import { pair, unpair } from './cutoffs.ts'

/** A cutoff on tokens that somebody else signed: void when `iat` is not later than this, or missing. */
export interface TimeCutoff extends Mark {
  /** Milliseconds since the epoch. */
  readonly notAfter: number
}

/**
 * What voids tokens signed by somebody else. They carry no position, so the cutoffs go by `iat` against a time
 * that the authority chose late enough; single tokens are named by (issuer, `jti`). Nothing of this is ever
 * forgotten, neither by a floor nor in a new incarnation: lifetimes are their issuer's business, not ours.
 */
export class ForeignCutoffs {
  readonly tokens: BudgetedMap<Mark>
  readonly users: BudgetedMap<TimeCutoff>
  readonly issuers: BudgetedMap<TimeCutoff>
  readonly resources: BudgetedMap<TimeCutoff>
  readonly organizations: BudgetedMap<TimeCutoff>

  constructor(budget: Budget) {
    this.tokens = new BudgetedMap(budget)
    this.users = new BudgetedMap(budget)
    this.issuers = new BudgetedMap(budget)
    this.resources = new BudgetedMap(budget)
    this.organizations = new BudgetedMap(budget)
  }

  join(entry: IndexEntry): void {
    switch (entry.kind) {
      case 'token.revoked': {
        const { issuer, token } = entry.subject
        if (issuer !== undefined) raiseMark(this.tokens, pair(issuer, token), entry)
        break
      }
      case 'user.revoked': {
        const { notAfter, identities } = entry.data
        const { issuer, user } = entry.subject
        if (issuer !== undefined) raise(this.users, pair(issuer, user), entry, notAfter)
        for (const each of identities ?? []) raise(this.users, pair(each.issuer, each.user), entry, notAfter)
        break
      }
      case 'issuer.revoked':
        raise(this.issuers, entry.subject.issuer, entry, entry.data.notAfter)
        break
      case 'resource.revoked':
        raise(this.resources, entry.subject.resource, entry, entry.data.notAfter)
        break
      case 'organization.revoked':
        raise(this.organizations, entry.subject.organization, entry, entry.data.notAfter)
    }
  }

  *entries(): Generator<IndexEntry> {
    for (const [both, { incarnation, seq }] of this.tokens.entries()) {
      const [issuer, token] = unpair(both)
      yield { incarnation, seq, kind: 'token.revoked', subject: { token, issuer }, data: {} }
    }
    for (const [both, { incarnation, seq, notAfter }] of this.users.entries()) {
      const [issuer, user] = unpair(both)
      yield { incarnation, seq, kind: 'user.revoked', subject: { user, issuer }, data: { notAfter } }
    }
    for (const [issuer, { incarnation, seq, notAfter }] of this.issuers.entries())
      yield { incarnation, seq, kind: 'issuer.revoked', subject: { issuer }, data: { notAfter } }
    for (const [resource, { incarnation, seq, notAfter }] of this.resources.entries())
      yield { incarnation, seq, kind: 'resource.revoked', subject: { resource }, data: { notAfter } }
    for (const [organization, { incarnation, seq, notAfter }] of this.organizations.entries())
      yield { incarnation, seq, kind: 'organization.revoked', subject: { organization }, data: { notAfter } }
  }
}

function raise(
  map: BudgetedMap<TimeCutoff>,
  subject: string,
  mark: Mark,
  notAfter: number | undefined,
): void {
  if (notAfter === undefined) return
  const joined = laterCutoff(map.get(subject), { incarnation: mark.incarnation, seq: mark.seq, notAfter })
  map.set(subject, joined)
}

/** The later of two cutoffs: the highest `notAfter`, told by the entry that set it. */
export function laterCutoff(held: TimeCutoff | undefined, other: TimeCutoff): TimeCutoff {
  if (held === undefined) return other
  return (held.notAfter - other.notAfter || compareMarks(held, other)) >= 0 ? held : other
}

/** Keeps the highest mark. */
export function raiseMark(map: BudgetedMap<Mark>, subject: string, { incarnation, seq }: Mark): void {
  const held = map.get(subject)
  if (held === undefined || compareMarks(held, { incarnation, seq }) < 0)
    map.set(subject, { incarnation, seq })
}
