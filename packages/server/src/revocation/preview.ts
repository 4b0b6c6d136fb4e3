import { compareMarks, type LogIndex, type Mark } from '@rescind/core/log'
import type { Actor, Authority } from '../authority/index.ts'
import { issuerUrlOf } from '../directory/issuer.ts'
import { DomainError } from '../errors/index.ts'
import { providerHealth } from '../federation/provider-keys/health.ts'
import type { ReadTx } from '../store/index.ts'
import { listOidcRecordsOfUser } from '../store/queries/oidc-records.ts'
import { findRevocationOfTarget } from '../store/queries/revocations.ts'
import type { TokenFacts } from '../store/queries/tokens.ts'
import { judgeOver } from '../tokens/judging.ts'
import { rowArtefact, scanTokenFacts } from '../tokens/ledger.ts'
import type { AskedTarget, OwnAskedTarget } from './ask.ts'
import { coveredRows, predicate } from './covered.ts'
import { type ForeseenCluster, type ForeseenExposure, foresee } from './effect/foreseen.ts'
import { resolveTarget } from './resolve.ts'
import { Tally, type TokenCounts } from './tally.ts'
import { type ProviderTarget, type Target, targetKey } from './target.ts'

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

/** Judging a token takes microseconds, on top of reading it; so many take about a second. */
const MOST_JUDGED = 100_000

/**
 * Counts what a revocation would void, and voids nothing. Of the live rows that the target covers, the newest hundred
 * thousand are judged by the standing that introspection would give them.
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
    const target = provider ?? (await resolveTarget(authority, tx, ownAsked(asked)))
    const now = authority.clock.now()
    const rows = await coveredRows(authority, tx, target)
    if (rows === undefined) throw new DomainError('not_found', { type: 'authorization_server' })
    const identityProviders = provider?.providers ?? []
    const filter = { ...rows, liveAt: now }
    const judge = new RowJudge(authority, tx, index, await findRevocationOfTarget(tx, targetKey(target)))
    const tally = new Tally()
    for await (const page of scanTokenFacts(tx, filter))
      for (const row of page) if (await judge.mayBeGood(row)) tally.add(row)
    for (const sid of await sessionsOf(tx, target, now)) tally.sessions.add(sid)
    const counts = tally.result()
    const foreseen = await foresee(authority, tx, target, counts.byApi)
    const { exact } = judge
    return { target, identityProviders, predicate: predicate(target), exact, ...counts, ...foreseen }
  })
}

function ownAsked(asked: AskedTarget): OwnAskedTarget {
  if (asked.type !== 'identity_provider') return asked
  throw new TypeError('an identity provider is looked up in its federation')
}

async function providerTarget(authority: Authority, actor: Actor, id: string): Promise<ProviderTarget> {
  const { issuer, sharedBy } = await providerHealth(authority, actor, id)
  return { type: 'identity_provider', identity_provider: id, issuer, providers: [...sharedBy] }
}

/** Judges the first rows that it is asked about, and lets pass the others unless the same revocation covered them before. */
class RowJudge {
  readonly #judge: ReturnType<typeof judgeOver>
  readonly #issuerUrl: (id: string) => Promise<string>
  readonly #earlier: Mark | undefined
  #asked = 0

  constructor(authority: Authority, tx: ReadTx, index: LogIndex, earlier: Mark | undefined) {
    this.#judge = judgeOver(index)
    this.#issuerUrl = issuerUrls(authority, tx)
    this.#earlier = earlier
  }

  /** Whether all that it was asked about was judged. */
  get exact(): boolean {
    return this.#asked <= MOST_JUDGED
  }

  async mayBeGood(row: TokenFacts): Promise<boolean> {
    this.#asked += 1
    if (this.exact) return this.#judge.isGood(rowArtefact(row, await this.#issuerUrl(row.issuer_id)))
    return this.#earlier === undefined || compareMarks(row, this.#earlier) >= 0
  }
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
