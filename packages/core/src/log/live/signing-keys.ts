import type { IndexEntry } from '../index-entry.ts'
import { type EntryJwk, SIGNING_RING } from '../kinds.ts'
import { compareMarks, type Mark } from '../position.ts'
import { type Budget, BudgetedMap } from './budget.ts'
import { pair, unpair } from './cutoffs.ts'

/** A public key with which an authorization server of ours signs, or is about to, or did. */
export interface SigningKey {
  readonly issuer: string
  /** Its RFC 7638 thumbprint. */
  readonly key: string
  readonly kid: string
  readonly jwk: EntryJwk
}

interface Change extends Mark {
  readonly active: boolean
}

interface KeyRecord {
  readonly published?: Mark & { readonly kid: string; readonly jwk: EntryJwk }
  /** Activations and retirements, in order. Usually one of each. */
  readonly changes: readonly Change[]
}

const NEW: KeyRecord = { changes: [] }

/**
 * The signing keys of our authorization servers, each with its active span. A token is only good if its `pos`
 * lies within the span of the key that signed it: at or after an activation and before the retirement that
 * follows. So a stolen retired key cannot sign for today, nor a stolen standby for yesterday. A union of changes:
 * the order in which they arrive makes no difference.
 */
export class SigningKeys {
  readonly #keys: BudgetedMap<KeyRecord>
  /** The same by issuer and then by key: a look-up for a token builds no string. */
  readonly #byIssuer = new Map<string, Map<string, KeyRecord>>()

  constructor(budget: Budget) {
    this.#keys = new BudgetedMap(budget)
  }

  /** Whether the issuer has published the key. */
  isKnown(issuer: string, key: string): boolean {
    return this.#byIssuer.get(issuer)?.get(key)?.published !== undefined
  }

  /** Whether the key was the one to sign with at this place of the log. */
  isActiveAt(issuer: string, key: string, mark: Mark): boolean {
    let active = false
    for (const change of this.#byIssuer.get(issuer)?.get(key)?.changes ?? []) {
      if (compareMarks(change, mark) > 0) break
      active = change.active
    }
    return active
  }

  /**
   * The published keys of all issuers, without those that were last retired at or below a floor: whatever they
   * signed is void by it. Revoked ones are for the caller to subtract.
   */
  *published(floor: Mark): Generator<SigningKey> {
    for (const [name, { published, changes }] of this.#keys.entries()) {
      const last = changes.at(-1)
      const isSpent = last !== undefined && !last.active && compareMarks(last, floor) <= 0
      if (published === undefined || isSpent) continue
      const [issuer, key] = unpair(name)
      yield { issuer, key, kid: published.kid, jwk: published.jwk }
    }
  }

  join(entry: IndexEntry): void {
    if (entry.kind !== 'key.published' && entry.kind !== 'key.activated' && entry.kind !== 'key.retired')
      return
    const { issuer, key } = entry.subject
    if (issuer === undefined || entry.data.ring !== SIGNING_RING) return
    const name = pair(issuer, key)
    const held = this.#keys.get(name) ?? NEW
    const mark = { incarnation: entry.incarnation, seq: entry.seq }
    if (entry.kind === 'key.published') {
      if (held.published !== undefined && compareMarks(held.published, mark) >= 0) return
      const { kid, jwk } = entry.data
      this.#set(issuer, key, { published: { ...mark, kid, jwk }, changes: held.changes })
    } else {
      if (held.changes.some((change) => compareMarks(change, mark) === 0)) return
      const changes = [...held.changes, { ...mark, active: entry.kind === 'key.activated' }]
      this.#set(issuer, key, { ...held, changes: changes.sort(compareMarks) })
    }
  }

  #set(issuer: string, key: string, record: KeyRecord): void {
    const name = pair(issuer, key)
    this.#keys.set(name, record)
    // What the budget has turned away is not known here either.
    if (this.#keys.get(name) !== record) return
    const keys = this.#byIssuer.get(issuer) ?? new Map<string, KeyRecord>()
    this.#byIssuer.set(issuer, keys.set(key, record))
  }

  clear(): void {
    this.#keys.clear()
    this.#byIssuer.clear()
  }

  *entries(): Generator<IndexEntry> {
    for (const [name, { published, changes }] of this.#keys.entries()) {
      const [issuer, key] = unpair(name)
      const subject = { key, issuer }
      if (published !== undefined) {
        const { incarnation, seq, kid, jwk } = published
        yield { incarnation, seq, kind: 'key.published', subject, data: { ring: SIGNING_RING, kid, jwk } }
      }
      for (const { incarnation, seq, active } of changes) {
        const kind = active ? 'key.activated' : 'key.retired'
        yield { incarnation, seq, kind, subject, data: { ring: SIGNING_RING } }
      }
    }
  }
}
