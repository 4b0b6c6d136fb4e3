import type { IndexEntry } from '../index-entry.ts'
import type { Mark } from '../position.ts'
import { type Budget, BudgetedMap } from './budget.ts'

/** One name for two: the length in front keeps every pair apart from every other. */
export function pair(first: string, second: string): string {
  return `${first.length}:${first}${second}`
}

/**
 * The cutoffs on our own tokens: for each subject the highest sequence at which it was revoked, in the index's
 * incarnation. A token of the subject with a lower `pos` is void. The maximum is what makes duplicates and
 * reordering harmless.
 */
export class Cutoffs {
  readonly users: BudgetedMap<number>
  readonly clients: BudgetedMap<number>
  readonly userClients: BudgetedMap<number>
  readonly resources: BudgetedMap<number>
  readonly issuers: BudgetedMap<number>
  readonly organizations: BudgetedMap<number>
  /** Identity providers, by their issuer and by their id: what came of a sign-in through them. */
  readonly providers: BudgetedMap<number>
  /** What carries a grant: by client, by user + client, by issuer + client. */
  readonly refreshClients: BudgetedMap<number>
  readonly refreshUserClients: BudgetedMap<number>
  readonly refreshIssuerClients: BudgetedMap<number>

  constructor(budget: Budget) {
    this.users = new BudgetedMap(budget)
    this.clients = new BudgetedMap(budget)
    this.userClients = new BudgetedMap(budget)
    this.resources = new BudgetedMap(budget)
    this.issuers = new BudgetedMap(budget)
    this.organizations = new BudgetedMap(budget)
    this.providers = new BudgetedMap(budget)
    this.refreshClients = new BudgetedMap(budget)
    this.refreshUserClients = new BudgetedMap(budget)
    this.refreshIssuerClients = new BudgetedMap(budget)
  }

  join(entry: IndexEntry): void {
    const { seq } = entry
    switch (entry.kind) {
      case 'user.revoked':
        if (entry.subject.issuer === undefined) raise(this.users, entry.subject.user, seq)
        break
      case 'client.revoked':
        raise(this.clients, entry.subject.client, seq)
        break
      case 'user_client.revoked':
        raise(this.userClients, pair(entry.subject.user, entry.subject.client), seq)
        break
      case 'resource.revoked':
        raise(this.resources, entry.subject.resource, seq)
        break
      case 'issuer.revoked':
        raise(this.issuers, entry.subject.issuer, seq)
        break
      case 'organization.revoked':
        raise(this.organizations, entry.subject.organization, seq)
        break
      case 'idp_jwks.revoked':
        raise(this.providers, entry.subject.issuer, seq)
        if (entry.subject.identity_provider !== undefined) {
          raise(this.providers, entry.subject.identity_provider, seq)
        }
        break
      case 'refresh.revoked': {
        const { user, client, issuer } = entry.subject
        if (user !== undefined) raise(this.refreshUserClients, pair(user, client), seq)
        else if (issuer !== undefined) raise(this.refreshIssuerClients, pair(issuer, client), seq)
        else raise(this.refreshClients, client, seq)
      }
    }
  }

  /** Forgets the cutoffs that a floor of every class has taken over. */
  sweep(floor: number): void {
    for (const map of this.#all())
      for (const [subject, seq] of map.entries()) if (seq <= floor) map.delete(subject)
  }

  clear(): void {
    for (const map of this.#all()) map.clear()
  }

  /** The entries that these cutoffs amount to. Those of providers are told by `Providers`. */
  *entries(incarnation: number): Generator<IndexEntry> {
    const mark = (seq: number): Mark => ({ incarnation, seq })
    for (const [user, seq] of this.users.entries())
      yield { ...mark(seq), kind: 'user.revoked', subject: { user }, data: {} }
    for (const [client, seq] of this.clients.entries())
      yield { ...mark(seq), kind: 'client.revoked', subject: { client }, data: {} }
    for (const [both, seq] of this.userClients.entries()) {
      const [user, client] = unpair(both)
      yield { ...mark(seq), kind: 'user_client.revoked', subject: { user, client }, data: {} }
    }
    for (const [resource, seq] of this.resources.entries())
      yield { ...mark(seq), kind: 'resource.revoked', subject: { resource }, data: {} }
    for (const [issuer, seq] of this.issuers.entries())
      yield { ...mark(seq), kind: 'issuer.revoked', subject: { issuer }, data: {} }
    for (const [organization, seq] of this.organizations.entries())
      yield { ...mark(seq), kind: 'organization.revoked', subject: { organization }, data: {} }
    for (const [client, seq] of this.refreshClients.entries())
      yield { ...mark(seq), kind: 'refresh.revoked', subject: { client }, data: {} }
    for (const [both, seq] of this.refreshUserClients.entries()) {
      const [user, client] = unpair(both)
      yield { ...mark(seq), kind: 'refresh.revoked', subject: { user, client }, data: {} }
    }
    for (const [both, seq] of this.refreshIssuerClients.entries()) {
      const [issuer, client] = unpair(both)
      yield { ...mark(seq), kind: 'refresh.revoked', subject: { issuer, client }, data: {} }
    }
  }

  #all(): readonly BudgetedMap<number>[] {
    return [
      this.users,
      this.clients,
      this.userClients,
      this.resources,
      this.issuers,
      this.organizations,
      this.providers,
      this.refreshClients,
      this.refreshUserClients,
      this.refreshIssuerClients,
    ]
  }
}

/** Takes `pair` apart. */
export function unpair(both: string): readonly [string, string] {
  const colon = both.indexOf(':')
  const end = colon + 1 + Number(both.slice(0, colon))
  return [both.slice(colon + 1, end), both.slice(end)]
}

function raise(map: BudgetedMap<number>, subject: string, seq: number): void {
  const held = map.get(subject)
  if (held === undefined || held < seq) map.set(subject, seq)
}
