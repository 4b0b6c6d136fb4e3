import type { IndexEntry } from '../index-entry.ts'
import type { DataOf, EntryJwk } from '../kinds.ts'
import { compareMarks, type Mark } from '../position.ts'
import { type Budget, BudgetedMap } from './budget.ts'
import { pair, unpair } from './cutoffs.ts'
import { laterCutoff, raiseMark, type TimeCutoff } from './foreign-cutoffs.ts'

/** A key of an identity provider that the authority found published and not to be distrusted. */
export interface TrustedKey {
  /** Its RFC 7638 thumbprint. */
  readonly key: string
  readonly jwk: EntryJwk
  readonly kid?: string
}

/** On which terms the tokens of an identity provider are taken. */
export interface ProviderContract extends DataOf<'identity_provider.trusted'> {
  /** The provider's id. */
  readonly id: string
  readonly issuer: string
}

/** A register: without `terms` it says that the provider is not trusted any more. */
interface Contract extends Mark {
  readonly issuer: string
  readonly terms: DataOf<'identity_provider.trusted'> | undefined
}

interface TrustedSet extends Mark {
  readonly epoch: number
  readonly keys: readonly TrustedKey[]
}

/**
 * The key sets of identity providers, by issuer. A revocation of a provider's keys opens a new epoch, so a set
 * fetched before it (whose epoch is lower) never replaces what the revocation left, wherever in the log it turns
 * up: the set with the highest (incarnation, epoch, sequence) counts. A revocation without a successful fetch
 * leaves the empty set, which trusts nothing.
 */
export class Providers {
  readonly #trusted: BudgetedMap<TrustedSet>
  readonly #cutoffs: BudgetedMap<TimeCutoff>
  /** The same revocations by (issuer, provider id), for what came of sign-ins. */
  readonly #revocations: BudgetedMap<Mark>
  /** By provider id. */
  readonly #contracts: BudgetedMap<Contract>

  constructor(budget: Budget) {
    this.#trusted = new BudgetedMap(budget)
    this.#cutoffs = new BudgetedMap(budget)
    this.#revocations = new BudgetedMap(budget)
    this.#contracts = new BudgetedMap(budget)
  }

  /** What was last found published for the issuer; blocked keys are for the caller to subtract. */
  trusted(issuer: string): readonly TrustedKey[] | undefined {
    return this.#trusted.get(issuer)?.keys
  }

  /** The issuers of which a key set, be it an empty one, is known. */
  issuers(): readonly string[] {
    return [...this.#trusted.entries()].map(([issuer]) => issuer)
  }

  /** The epoch that a refresh must still find when it is written. */
  epoch(issuer: string): number | undefined {
    return this.#trusted.get(issuer)?.epoch
  }

  /** The time up to which everything that the issuer signed is void. */
  cutoff(issuer: string): TimeCutoff | undefined {
    return this.#cutoffs.get(issuer)
  }

  /** The terms on which tokens of this issuer are taken: one for each provider that has it, none where none is trusted. */
  contracts(issuer: string): readonly ProviderContract[] {
    const found: ProviderContract[] = []
    for (const [id, contract] of this.#contracts.entries())
      if (contract.issuer === issuer && contract.terms !== undefined)
        found.push({ id, issuer, ...contract.terms })
    return found
  }

  join(entry: IndexEntry): void {
    if (entry.kind === 'identity_provider.trusted' || entry.kind === 'identity_provider.distrusted')
      this.#joinContract(entry)
    if (entry.kind !== 'idp_jwks.revoked' && entry.kind !== 'idp_jwks.refreshed') return
    const { incarnation, seq } = entry
    const { issuer, identity_provider: id } = entry.subject
    const set = { incarnation, seq, epoch: entry.data.epoch, keys: entry.data.keys ?? [] }
    const held = this.#trusted.get(issuer)
    if (held === undefined || compareSets(held, set) < 0) this.#trusted.set(issuer, set)
    if (entry.kind === 'idp_jwks.refreshed') return
    const cutoff = { incarnation, seq, notAfter: entry.data.notAfter }
    this.#cutoffs.set(issuer, laterCutoff(this.#cutoffs.get(issuer), cutoff))
    raiseMark(this.#revocations, pair(issuer, id ?? ''), entry)
  }

  #joinContract(
    entry: Extract<IndexEntry, { kind: 'identity_provider.trusted' | 'identity_provider.distrusted' }>,
  ): void {
    const { incarnation, seq } = entry
    const { issuer, identity_provider: id } = entry.subject
    const held = this.#contracts.get(id)
    if (held !== undefined && compareMarks(held, entry) >= 0) return
    const terms = entry.kind === 'identity_provider.trusted' ? entry.data : undefined
    this.#contracts.set(id, { incarnation, seq, issuer, terms })
  }

  /** Forgets the registers, which the snapshot about to be loaded states anew. Cutoffs stay. */
  clearTrusted(): void {
    this.#trusted.clear()
    this.#contracts.clear()
  }

  *entries(): Generator<IndexEntry> {
    // The sets first: where a revocation itself left a set, its own mark must not be taken by the bare cutoff.
    for (const [issuer, { incarnation, seq, epoch, keys }] of this.#trusted.entries())
      yield { incarnation, seq, kind: 'idp_jwks.refreshed', subject: { issuer }, data: { epoch, keys } }
    for (const [issuer, { incarnation, seq, notAfter }] of this.#cutoffs.entries())
      yield { incarnation, seq, kind: 'idp_jwks.revoked', subject: { issuer }, data: { epoch: 0, notAfter } }
    for (const [name, { incarnation, seq }] of this.#revocations.entries()) {
      const [issuer, id] = unpair(name)
      const subject = id === '' ? { issuer } : { issuer, identity_provider: id }
      yield { incarnation, seq, kind: 'idp_jwks.revoked', subject, data: { epoch: 0, notAfter: 0 } }
    }
    for (const [id, { incarnation, seq, issuer, terms }] of this.#contracts.entries()) {
      const subject = { issuer, identity_provider: id }
      if (terms === undefined)
        yield { incarnation, seq, kind: 'identity_provider.distrusted', subject, data: {} }
      else yield { incarnation, seq, kind: 'identity_provider.trusted', subject, data: terms }
    }
  }
}

function compareSets(a: TrustedSet, b: TrustedSet): number {
  return a.incarnation - b.incarnation || a.epoch - b.epoch || a.seq - b.seq
}
