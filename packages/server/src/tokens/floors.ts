import { ARTEFACT_CLASSES, type ArtefactClass } from '@rescind/core/log'
import { type Authority, entryActor, systemActor } from '../authority/index.ts'
import { floorsOf } from '../log/floors.ts'
import { append, head } from '../log/index.ts'
import type { ReadTx } from '../store/index.ts'
import {
  lowestApiTokenPosition,
  lowestRecordPosition,
  lowestServiceTokenPosition,
  lowestTokenPosition,
} from '../store/queries/lowest-positions.ts'
import type { Place } from './stamp.ts'

/*
 * "Forgetting cannot un-revoke." A floor F of a class says that no unexpired artefact of the class has a
 * position below F, and makes it true: whatever has one is void from then on. So entries below F have nothing left
 * to void, and an index may forget them. That a floor is too high can therefore never bring anything back; it can
 * only void something good. Hence the one question here: how high may F be without doing that?
 *
 * 1. What is in the store. F is at most the lowest position of any row of the class. Rows that have expired and are
 *    not removed yet only hold it back. A row's position never falls, and rows of one class are all in one table.
 * 2. What is on its way into the store. A request captures its place once, when it arrives, at the head of the log
 *    or past it; it may save with that place until it ends. F is at most where the head was SETTLED ago: whoever
 *    arrived after that has a place at or above it, whoever arrived before has ended long since, and what they
 *    saved is counted by 1, because rows are counted in the transaction that appends the floor.
 * 3. What is in no store. An ID token has no row: it lives for less than SETTLED, so what is still good was issued
 *    after that head. Classes that nothing is issued of yet have no more than 2.
 */

/**
 * Milliseconds. Longer than any request takes, and than anything that has no row lives (ID tokens: an hour).
 */
export const SETTLED = 2 * 3_600_000

/** A floor is an entry too, and stays for ever: one is worth it when it lets about this many go. */
const STEP = 1_000

/** Where the artefacts of each class are. A class that is added without a place here does not compile. */
const ROWS: Readonly<
  Record<ArtefactClass, ((tx: ReadTx, incarnation: number) => Promise<number | undefined>) | 'no rows'>
> = {
  access: (tx, incarnation) => lowestTokenPosition(tx, 'access', incarnation),
  refresh: (tx, incarnation) => lowestTokenPosition(tx, 'refresh', incarnation),
  grant: async (tx, incarnation) => {
    const grant = await lowestRecordPosition(tx, 'Grant', incarnation)
    const consent = await lowestRecordPosition(tx, 'Consent', incarnation)
    return grant === undefined || consent === undefined ? (grant ?? consent) : Math.min(grant, consent)
  },
  session: (tx, incarnation) => lowestRecordPosition(tx, 'Session', incarnation),
  code: (tx, incarnation) => lowestRecordPosition(tx, 'AuthorizationCode', incarnation),
  interaction: (tx, incarnation) => lowestRecordPosition(tx, 'Interaction', incarnation),
  device_code: (tx, incarnation) => lowestRecordPosition(tx, 'DeviceCode', incarnation),
  pushed_request: (tx, incarnation) => lowestRecordPosition(tx, 'PushedAuthorizationRequest', incarnation),
  api_token: lowestApiTokenPosition,
  id: 'no rows',
  reset_link: 'no rows',
  console_session: (tx, incarnation) => lowestRecordPosition(tx, 'ConsoleSession', incarnation),
  service_token: lowestServiceTokenPosition,
}

/**
 * Raises the floors of an organization's log as far as they may go, by one `index.floor` for each class that gains
 * by it. Several nodes may do so: floors only rise, and the second finds nothing to gain.
 *
 * @param settled where the head of the log was at least `SETTLED` ago, as this process saw it
 * @param step the least that a floor has to rise
 */
export async function raiseFloors(
  authority: Pick<Authority, 'store' | 'clock'>,
  organizationId: string,
  settled: Place,
  step: number = STEP,
): Promise<void> {
  await authority.store.write({ organizationId }, async (tx) => {
    const { incarnation } = (await head(tx)).position
    // A log that was opened anew voids all of the incarnation before by itself.
    if (incarnation !== settled.incarnation) return
    const floors = await floorsOf(tx, incarnation)
    for (const name of ARTEFACT_CLASSES) {
      const rows = ROWS[name]
      const lowest = rows === 'no rows' ? undefined : await rows(tx, incarnation)
      const floor = Math.min(settled.seq, lowest ?? settled.seq)
      if (floor - (floors.get(name) ?? 0) < step) continue
      await append(
        tx,
        {
          kind: 'index.floor',
          subject: {},
          data: { class: name, floor },
          actor: entryActor(systemActor(organizationId)),
        },
        authority.clock.now(),
      )
    }
  })
}
