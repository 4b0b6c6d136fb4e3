import { setTimeout as sleep } from 'node:timers/promises'
import { type Authority, entryActor, systemActor } from '../../authority/index.ts'
import type { Resolve } from '../../outbound/index.ts'
import { SYSTEM, type WriteTx } from '../../store/index.ts'
import { findFederationOfOrganization } from '../../store/queries/federations.ts'
import {
  claimProviderKeySet,
  findProviderKeySet,
  listDueProviderKeySets,
  updateProviderKeySet,
} from '../../store/queries/provider-keys.ts'
import type { ProviderKeySets } from '../../store/tables/identity-providers.ts'
import { type FetchedKeys, fetchProviderKeys } from './fetch-keys.ts'
import { findKeyState, takeIn, trustedKeys } from './key-state.ts'
import { pauseAfter, SCHEDULE } from './schedule.ts'
import { blockable, tellRefreshed } from './tell.ts'

/** How often the sets are looked through for what is due, in milliseconds. */
const LOOK = 2_000
const AT_ONCE = 8

/**
 * What a refresh came to. `busy`: another node is fetching. `discarded`: the keys were revoked meanwhile, so what was
 * fetched before that counts for nothing.
 */
export type Refreshed = 'changed' | 'unchanged' | 'failed' | 'busy' | 'discarded'

/**
 * Fetches the keys of an issuer for the whole fleet, and tells the logs where they have changed. One node does so at
 * a time, and what it fetched is taken by compare-and-set on the issuer's epoch.
 *
 * @param resolve how names become addresses; the operating system's way unless told
 */
export async function refreshProviderKeys(
  authority: Authority,
  federationId: string,
  issuer: string,
  resolve?: Resolve,
): Promise<Refreshed> {
  const scope = { federationId }
  const begun = await authority.store.write(scope, async (tx) => {
    const now = authority.clock.now()
    if (!(await claimProviderKeySet(tx, issuer, now, now + SCHEDULE.lease))) return undefined
    return findProviderKeySet(tx, issuer)
  })
  if (begun === undefined) return 'busy'
  const known =
    begun.is_trusted === 1 && begun.jwks_uri !== null && begun.etag !== null
      ? { jwksUri: begun.jwks_uri, etag: begun.etag }
      : undefined
  const fetched = await fetchProviderKeys(authority, issuer, known, resolve)
  const outcome = await authority.store.write(scope, (tx) => settle(authority, tx, begun, fetched))
  warn(authority, federationId, issuer, fetched)
  return outcome
}

async function settle(
  authority: Authority,
  tx: WriteTx,
  begun: ProviderKeySets,
  fetched: FetchedKeys,
): Promise<Refreshed> {
  const { issuer } = begun
  const now = authority.clock.now()
  const state = await findKeyState(tx, issuer)
  if (state === undefined || state.set.epoch !== begun.epoch) {
    await updateProviderKeySet(tx, issuer, { fetching_until: 0 })
    return 'discarded'
  }
  const ended = { fetching_until: 0, fetched_at: now }
  if (fetched.outcome === 'failed') {
    const failures = state.set.failures + 1
    const next = { failures, outcome: fetched.code, next_fetch_at: now + pauseAfter(failures) }
    await updateProviderKeySet(tx, issuer, { ...ended, ...next })
    await distrustOutdated(authority, tx, state.set, now)
    return 'failed'
  }
  const succeeded = { ...ended, succeeded_at: now, failures: 0, next_fetch_at: now + SCHEDULE.interval }
  if (fetched.outcome === 'unchanged') {
    await updateProviderKeySet(tx, issuer, { ...succeeded, outcome: 'unchanged' })
    return 'unchanged'
  }
  const { hasChanges, blocked } = await takeIn(tx, state, fetched.keys, now)
  const isNews = hasChanges || state.set.is_trusted === 0
  await updateProviderKeySet(tx, issuer, {
    ...succeeded,
    outcome: 'ok',
    is_trusted: 1,
    jwks_uri: fetched.jwksUri,
    etag: fetched.etag,
    alarms: JSON.stringify(fetched.alarms),
    ...(isNews && { changed_at: now }),
  })
  if (!isNews) return 'unchanged'
  await tell(tx, issuer, now, await blockable(tx, issuer, blocked))
  return 'changed'
}

/** A set that nobody could confirm for so long is not the last good one any more. */
async function distrustOutdated(
  authority: Authority,
  tx: WriteTx,
  set: ProviderKeySets,
  now: number,
): Promise<void> {
  if (set.is_trusted === 0 || now - (set.succeeded_at ?? 0) < SCHEDULE.hardLimit) return
  authority.logger.error({ issuer: set.issuer }, 'the keys of an identity provider are trusted no more')
  await updateProviderKeySet(tx, set.issuer, { is_trusted: 0, changed_at: now })
  await tell(tx, set.issuer, now, [])
}

async function tell(tx: WriteTx, issuer: string, at: number, blocked: readonly string[]): Promise<void> {
  const state = await findKeyState(tx, issuer)
  if (state === undefined) throw new TypeError('a key set vanished in its own transaction')
  const content = {
    kind: 'idp_jwks.refreshed',
    subject: { issuer },
    actor: entryActor(systemActor('')),
    data: { epoch: state.set.epoch, keys: trustedKeys(state), ...(blocked.length > 0 && { blocked }) },
  } as const
  await tellRefreshed(tx, content, at)
}

function warn({ logger }: Authority, federation: string, issuer: string, fetched: FetchedKeys): void {
  if (fetched.outcome === 'failed') {
    const { code, message } = fetched
    logger.warn({ federation, issuer, code }, `the keys of an identity provider were not fetched: ${message}`)
  }
  if (fetched.outcome === 'ok' && fetched.alarms.length > 0)
    logger.warn({ federation, issuer, alarms: fetched.alarms }, 'keys of an identity provider were left out')
}

/**
 * Fetches the keys of every identity provider when it is due, until `signal` ends it. Several nodes may run it: each
 * fetch is one node's.
 *
 * @returns once the job has stopped, nothing of it running
 */
export async function startProviderKeyRefresh(authority: Authority, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await refreshDue(authority)
    await sleep(LOOK, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/** One turn of the job: what is due now, some at a time. */
export async function refreshDue(authority: Authority, resolve?: Resolve): Promise<void> {
  try {
    const now = authority.clock.now()
    const due = await authority.store.read(SYSTEM, (tx) => listDueProviderKeySets(tx, now, AT_ONCE))
    await Promise.all(
      due.map(({ federation_id, issuer }) => refreshProviderKeys(authority, federation_id, issuer, resolve)),
    )
  } catch (cause) {
    authority.logger.error({ err: cause }, 'the keys of identity providers could not be looked through')
  }
}

/**
 * The same for a verifier of an organization: for an issuer that its federation has a provider of. What comes of it
 * travels in the log.
 */
export async function lookForKeyOf(
  authority: Authority,
  organizationId: string,
  issuer: string,
  kid: string,
): Promise<void> {
  const federationId = await authority.store.read(SYSTEM, (tx) =>
    findFederationOfOrganization(tx, organizationId),
  )
  if (federationId !== undefined) await lookForKey(authority, federationId, issuer, kid)
}

/**
 * Fetches the keys of an issuer before they are due, because a token names a kid that is not among them: at most once
 * per quiet period, whatever comes of it and however many kids are asked for.
 */
export async function lookForKey(
  authority: Authority,
  federationId: string,
  issuer: string,
  kid: string,
  resolve?: Resolve,
): Promise<Refreshed | 'quiet' | 'known'> {
  const verdict = await authority.store.write({ federationId }, async (tx) => {
    const state = await findKeyState(tx, issuer)
    if (state === undefined) return 'quiet'
    if (state.keys.some((key) => key.is_published === 1 && (key.kid ?? key.thumbprint) === kid))
      return 'known'
    const now = authority.clock.now()
    const { asked_at, fetched_at, failures, next_fetch_at } = state.set
    const isQuiet = [asked_at, fetched_at].some((at) => at !== null && Math.abs(now - at) < SCHEDULE.quiet)
    if (isQuiet || (failures > 0 && now < next_fetch_at)) return 'quiet'
    await updateProviderKeySet(tx, issuer, { asked_at: now })
    return 'due'
  })
  return verdict === 'due' ? refreshProviderKeys(authority, federationId, issuer, resolve) : verdict
}
