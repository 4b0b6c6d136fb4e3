import type { IndexEntry } from '../index-entry.ts'
import { compareMarks, type Mark } from '../position.ts'
import { type Budget, BudgetedMap } from './budget.ts'
import { pair, unpair } from './cutoffs.ts'

interface Register extends Mark {
  readonly blocked: boolean
}

/**
 * Which subjects are blocked: a state rather than a cutoff, for the issuer of their tokens will make new ones.
 * Each subject is a register that the entry with the highest position decides, in whatever order they come; so an
 * unblocking is remembered too, or a late block would win against it.
 */
export class Blocks {
  readonly #users: BudgetedMap<Register>
  readonly #identities: BudgetedMap<Register>
  readonly #clients: BudgetedMap<Register>
  readonly #resources: BudgetedMap<Register>

  constructor(budget: Budget) {
    this.#users = new BudgetedMap(budget)
    this.#identities = new BudgetedMap(budget)
    this.#clients = new BudgetedMap(budget)
    this.#resources = new BudgetedMap(budget)
  }

  /** The entry by which a user of ours is blocked. */
  user(user: string): Mark | undefined {
    return blocked(this.#users, user)
  }

  /** The entry by which a user of an identity provider is blocked. */
  identity(issuer: string, user: string): Mark | undefined {
    return this.#identities.size === 0 ? undefined : blocked(this.#identities, pair(issuer, user))
  }

  client(client: string): Mark | undefined {
    return blocked(this.#clients, client)
  }

  resource(resource: string): Mark | undefined {
    return blocked(this.#resources, resource)
  }

  join(entry: IndexEntry): void {
    switch (entry.kind) {
      case 'user.blocked':
      case 'user.unblocked': {
        const value = register(entry, entry.kind === 'user.blocked')
        const { issuer, user } = entry.subject
        if (issuer === undefined) decide(this.#users, user, value)
        else decide(this.#identities, pair(issuer, user), value)
        for (const each of entry.data.identities ?? []) {
          decide(this.#identities, pair(each.issuer, each.user), value)
        }
        break
      }
      case 'client.blocked':
      case 'client.unblocked':
        decide(this.#clients, entry.subject.client, register(entry, entry.kind === 'client.blocked'))
        break
      case 'resource.blocked':
      case 'resource.unblocked':
        decide(this.#resources, entry.subject.resource, register(entry, entry.kind === 'resource.blocked'))
    }
  }

  clear(): void {
    for (const map of [this.#users, this.#identities, this.#clients, this.#resources]) map.clear()
  }

  /** The blocks in force. What is not blocked needs no telling to whom this replaces all that was known. */
  *entries(): Generator<IndexEntry> {
    for (const [user, mark] of inForce(this.#users))
      yield { ...mark, kind: 'user.blocked', subject: { user }, data: {} }
    for (const [both, mark] of inForce(this.#identities)) {
      const [issuer, user] = unpair(both)
      yield { ...mark, kind: 'user.blocked', subject: { user, issuer }, data: {} }
    }
    for (const [client, mark] of inForce(this.#clients))
      yield { ...mark, kind: 'client.blocked', subject: { client }, data: {} }
    for (const [resource, mark] of inForce(this.#resources))
      yield { ...mark, kind: 'resource.blocked', subject: { resource }, data: {} }
  }
}

function register({ incarnation, seq }: Mark, isBlocked: boolean): Register {
  return { incarnation, seq, blocked: isBlocked }
}

function decide(map: BudgetedMap<Register>, subject: string, value: Register): void {
  const held = map.get(subject)
  if (held === undefined || compareMarks(held, value) < 0) map.set(subject, value)
}

function blocked(map: BudgetedMap<Register>, subject: string): Mark | undefined {
  const held = map.size === 0 ? undefined : map.get(subject)
  return held?.blocked ? held : undefined
}

function* inForce(map: BudgetedMap<Register>): Generator<readonly [string, Mark]> {
  for (const [subject, { incarnation, seq, blocked: isBlocked }] of map.entries()) {
    if (isBlocked) yield [subject, { incarnation, seq }]
  }
}
