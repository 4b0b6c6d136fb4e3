import type { LogIndex } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { issuerUrlOf } from '../directory/issuer.ts'
import { DomainError } from '../errors/index.ts'
import { providerHealth } from '../federation/provider-keys/health.ts'
import type { ReadTx, Tables } from '../store/index.ts'
import { listOidcRecordsOfUser } from '../store/queries/oidc-records.ts'
import { findRevocationOfTarget } from '../store/queries/revocations.ts'
import {
  countTokens,
  latestOffline,
  moreTokensThan,
  type TokenCounts,
} from '../store/queries/token-counts.ts'
import type { TokenFilter } from '../store/token-filter.ts'
import { judgeOver } from '../tokens/judging.ts'
import { rowArtefact, scanTokens } from '../tokens/ledger.ts'
import type { AskedTarget, OwnAskedTarget } from './ask.ts'
import { coveredRows, predicate } from './covered.ts'
import { type ForeseenCluster, type ForeseenExposure, foresee } from './effect/foreseen.ts'
import { resolveTarget } from './resolve.ts'
import { type Target, targetKey } from './target.ts'

/** What a revocation would hit, counted over the tokens that are good now. */
export interface Preview extends TokenCounts {
  readonly target: Target
  /** The providers whose sessions it ends: those that share the keys of the one that is its target. */
  readonly identityProviders: readonly string[]
  readonly predicate: string
  /** False for more than a hundred thousand tokens: then these are upper bounds. */
  readonly exact: boolean
  readonly clusters: readonly ForeseenCluster[]
  readonly exposure: ForeseenExposure
}

/** Judging a token takes microseconds; so many take about a second. */
const MOST_JUDGED = 100_000

/** Rows judged between two turns of the event loop. */
const PAGE = 2_000

/**
 * Counts what a revocation would void, and voids nothing. Up to a hundred thousand tokens, each live row that the target covers is judged
 * by the standing that introspection would give it.
 *
 * @param index of the actor's organization, confirmed for this request
 * @throws DomainError `not_found`
 */
export async function previewRevocation(
  authority: Authority,
  index: LogIndex,
  actor: Actor,
  asked: AskedTarget,
): Promise<Preview> {
  const provider =
    asked.type === 'identity_provider' ? await providerTarget(authority, actor, asked.id) : undefined
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const target = provider?.target ?? (await resolveTarget(authority, tx, ownAsked(asked)))
    const now = authority.clock.now()
    const rows = await coveredRows(authority, tx, target)
    if (rows === undefined) throw new DomainError('not_found', { type: 'authorization_server' })
    const identityProviders = provider?.sharedBy ?? []
    const filter = { ...rows, ...(provider === undefined ? {} : { identityProviders }), liveAt: now }
    if (await moreTokensThan(tx, filter, MOST_JUDGED))
      return { identityProviders, ...(await countedAtMost(authority, tx, target, filter)) }
    const tally = new Tally()
    const judge = judgeOver(index)
    const issuerUrl = issuerUrls(authority, tx)
    for await (const page of scanTokens(tx, filter, PAGE)) {
      for (const row of page)
        if (judge.isGood(rowArtefact(row, await issuerUrl(row.issuer_id)))) tally.add(row)
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const sid of await sessionsOf(tx, target, now)) tally.sessions.add(sid)
    const counts = tally.result()
    const foreseen = await foresee(authority, tx, target, counts.byApi)
    return { target, identityProviders, predicate: predicate(target), exact: true, ...counts, ...foreseen }
  })
}

function ownAsked(asked: AskedTarget): OwnAskedTarget {
  if (asked.type !== 'identity_provider') return asked
  throw new TypeError('an identity provider is looked up in its federation')
}

async function providerTarget(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<{ readonly target: Target; readonly sharedBy: readonly string[] }> {
  const { issuer, sharedBy } = await providerHealth(authority, actor, id)
  return { target: { type: 'identity_provider', identity_provider: id, issuer }, sharedBy }
}

/**
 * The same for more tokens than anybody wants to wait for, counted by the database: exact but for what has been
 * revoked in another way and has not expired yet, so at most this many.
 */
async function countedAtMost(
  authority: Authority,
  tx: ReadTx,
  target: Target,
  filter: TokenFilter,
): Promise<Omit<Preview, 'identityProviders'>> {
  const earlier = await findRevocationOfTarget(tx, targetKey(target))
  const from = earlier === undefined ? {} : { from: { incarnation: earlier.incarnation, seq: earlier.seq } }
  const counts = await countTokens(tx, { ...filter, ...from })
  const foreseen = await foresee(authority, tx, target, counts.byApi)
  return { target, predicate: predicate(target), exact: false, ...counts, ...foreseen }
}

/** The `iss` of each issuer that turns up, looked up once. */
function issuerUrls(authority: Authority, tx: ReadTx): (id: string) => Promise<string> {
  const known = new Map<string, string>()
  return async (id) => {
    const url = known.get(id) ?? (await issuerUrlOf(authority, tx, id))
    known.set(id, url)
    return url
  }
}

/** A user is signed in where a session is live, also where nothing was issued in it yet. */
async function sessionsOf(tx: ReadTx, target: Target, now: number): Promise<readonly string[]> {
  if (target.type === 'session') return [target.session]
  if (target.type !== 'user') return []
  const rows = await listOidcRecordsOfUser(tx, 'Session', target.user, now)
  return rows.flatMap(({ uid }) => (uid === null ? [] : [uid]))
}

class Tally {
  readonly sessions = new Set<string>()
  readonly #users = new Set<string>()
  readonly #applications = new Map<string, number>()
  readonly #apis = new Map<string | null, number>()
  readonly #offlineUntil = new Map<string | null, number>()
  #tokens = 0

  add(row: Tables['tokens']): void {
    if (row.consumed_at !== null) return
    this.#tokens += 1
    if (row.user_id !== null) this.#users.add(row.user_id)
    if (row.session_id !== null) this.sessions.add(row.session_id)
    count(this.#applications, row.client_id)
    if (row.kind !== 'access') return
    count(this.#apis, row.api)
    if (row.format === 'opaque') return
    this.#offlineUntil.set(row.api, Math.max(this.#offlineUntil.get(row.api) ?? 0, row.expires_at))
  }

  result(): TokenCounts {
    const byApi = ranked(this.#apis).map(([api, tokens]) => ({
      api,
      tokens,
      offlineUntil: this.#offlineUntil.get(api) ?? null,
    }))
    return {
      tokens: this.#tokens,
      users: this.#users.size,
      sessions: this.sessions.size,
      byApplication: ranked(this.#applications).map(([application, tokens]) => ({ application, tokens })),
      byApi,
      exposedUntil: latestOffline(byApi),
    }
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function ranked<Key>(counts: ReadonlyMap<Key, number>): [Key, number][] {
  return [...counts].sort(([, a], [, b]) => b - a)
}
