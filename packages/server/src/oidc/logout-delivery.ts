import { randomInt } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { activeClient } from '../directory/active-client.ts'
import { DomainError } from '../errors/index.ts'
import { head } from '../log/index.ts'
import { FetchFailed, postForm } from '../outbound/index.ts'
import { SYSTEM } from '../store/index.ts'
import {
  claimLogout,
  deleteLogout,
  forgetExpiredSessionClients,
  listDueLogouts,
  postponeLogout,
} from '../store/queries/logout-deliveries.ts'
import type { LogoutDeliveries } from '../store/tables/logout-deliveries.ts'
import { logoutToken } from './logout-token.ts'

/** Milliseconds. */
const INTERVAL = 5_000
/** How long one client may take to answer. */
const PATIENCE = 5_000
/** While an attempt is under way nobody else makes it; a node that dies leaves it to the others after this. */
const LEASE = 60_000
const FIRST_WAIT = 5_000
const LONGEST_WAIT = 3_600_000
/** After so many attempts, about a day in all, the delivery is parked. */
const MOST_ATTEMPTS = 30
const AT_ONCE = 20

/**
 * Tells clients of sessions that have ended, until `signal` ends it: as soon as a log grows, and every few seconds.
 * Several nodes may run it: each delivery is claimed before it is tried.
 *
 * @returns once the job has stopped, nothing of it running
 */
export async function startLogoutDelivery(authority: Authority, signal: AbortSignal): Promise<void> {
  let wake = () => {}
  const stopListening = authority.store.onAppended(() => wake())
  signal.addEventListener('abort', () => wake(), { once: true })
  while (!signal.aborted) {
    const woken = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, INTERVAL)
      timer.unref()
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    await deliverDueLogouts(authority, signal)
    if (!signal.aborted) await woken
  }
  stopListening()
}

/** One turn of the job: all that is due now. */
export async function deliverDueLogouts(authority: Authority, signal?: AbortSignal): Promise<void> {
  try {
    const now = authority.clock.now()
    await authority.store.write(SYSTEM, (tx) => forgetExpiredSessionClients(tx, now, AT_ONCE))
    for (;;) {
      const due = await authority.store.read(SYSTEM, (tx) => listDueLogouts(tx, now, AT_ONCE))
      if (due.length === 0 || signal?.aborted) return
      await Promise.all(due.map((delivery) => attempt(authority, delivery)))
    }
  } catch (cause) {
    authority.logger.error({ err: cause }, 'the outbox of logouts could not be read')
  }
}

async function attempt(authority: Authority, delivery: LogoutDeliveries): Promise<void> {
  const scope = { organizationId: delivery.organization_id }
  const { next_at: seen, client_id: client, session_id: session } = delivery
  const until = authority.clock.now() + LEASE
  if (!(await authority.store.write(scope, (tx) => claimLogout(tx, delivery, seen, until)))) return
  const problem = await deliver(authority, delivery)
  const attempts = delivery.attempts + 1
  const isParked = problem !== undefined && attempts >= MOST_ATTEMPTS
  const now = authority.clock.now()
  await authority.store.write(scope, async (tx) => {
    if (problem === undefined) await deleteLogout(tx, delivery)
    else if (isParked) await postponeLogout(tx, delivery, { parked_at: now, problem })
    else await postponeLogout(tx, delivery, { next_at: now + waitAfter(attempts), problem })
  })
  if (problem !== undefined)
    authority.logger.warn(
      { client, session, attempts, problem, parked: isParked },
      'a client was not told of a logout',
    )
}

/** @returns what went wrong; undefined where the client knows, or wants to know nothing */
async function deliver(authority: Authority, delivery: LogoutDeliveries): Promise<string | undefined> {
  try {
    const organizationId = delivery.organization_id
    const { position } = await authority.store.read({ organizationId }, (tx) => head(tx))
    const client = await activeClient(authority, delivery.client_id, position)
    const address = client?.metadata.backchannel_logout_uri
    if (client === undefined || address === undefined) return undefined
    const status = await postForm(
      address,
      { logout_token: await logoutToken(authority, client, delivery) },
      { allowPrivateNetworks: authority.allowPrivateNetworks ?? false, time: PATIENCE },
    )
    // Section 2.8 says 200; some frameworks can only say 204 for an answer without a body.
    return status === 200 || status === 204 ? undefined : `the client answered ${status}`
  } catch (failure) {
    if (failure instanceof FetchFailed) return `${failure.code}: ${failure.message}`
    // The issuer, and with it the key that would sign, is gone.
    if (failure instanceof DomainError && failure.kind === 'not_found') return undefined
    authority.logger.error({ err: failure }, 'a logout could not be delivered')
    return 'internal'
  }
}

/** Twice as long each time, and never the same for two: clients that were down are not all asked at once. */
function waitAfter(attempts: number): number {
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1))
  return Math.ceil(longest / 2) + randomInt(Math.ceil(longest / 2))
}
