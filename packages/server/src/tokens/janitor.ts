import { setTimeout as sleep, setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Authority } from '../authority/index.ts'
import { head } from '../log/index.ts'
import { type Scope, SYSTEM, type WriteTx } from '../store/index.ts'
import { deleteOrphanedLeases, deleteSilentNodes } from '../store/queries/cluster-nodes.ts'
import { deleteExpiredNonces } from '../store/queries/digest-nonces.ts'
import { deleteExpiredOidcRecords } from '../store/queries/oidc-records.ts'
import { listOrganizations } from '../store/queries/organizations.ts'
import { deleteExpiredServiceTokens } from '../store/queries/service-tokens.ts'
import { deleteExpiredPlaces, deleteSpentLists } from '../store/queries/status-lists.ts'
import { deleteExpiredTokens } from '../store/queries/tokens.ts'
import { raiseFloors, SETTLED } from './floors.ts'
import type { Place } from './stamp.ts'

/** Milliseconds between two rounds. */
const INTERVAL = 600_000
/** Rows that one transaction removes: it takes some milliseconds, and whoever waits for it waits no longer. */
const BATCH = 200
const ORGANIZATIONS = 100

/** Milliseconds for which a row stays after it expired: people ask about yesterday, and clocks differ. */
export const KEPT = {
  tokens: 24 * 3_600_000,
  records: 60_000,
  places: 3_600_000,
  silentNodes: 24 * 3_600_000,
} as const

interface Head {
  readonly place: Place
  /** When this process saw it. */
  readonly at: number
}

export interface JanitorOptions {
  /** Rows that one transaction removes. */
  readonly batch?: number
  /** The least that a floor has to rise to be worth an entry. */
  readonly floorStep?: number
}

/**
 * Removes what has expired, and lets the index forget what nothing needs any more. It works in short transactions
 * with room for others between them, and may stop after any of them: the next round goes on with what is left.
 * Several nodes may run it, which is wasteful and harmless.
 */
export class Janitor {
  readonly #authority: Authority
  readonly #options: JanitorOptions
  /** Heads that may still be too young to count, by organization, oldest first. */
  readonly #heads = new Map<string, Head[]>()

  constructor(authority: Authority, options: JanitorOptions = {}) {
    this.#authority = authority
    this.#options = options
  }

  /** Rounds until `signal` ends them; what fails is logged, and tried again in the next one. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round(signal)
      await sleep(INTERVAL, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  /** One round over every organization of the installation. */
  async round(signal?: AbortSignal): Promise<void> {
    const { logger } = this.#authority
    await this.#removeNonces(signal)
    for await (const organizationId of this.#organizations()) {
      if (signal?.aborted) return
      try {
        await this.#tidy(organizationId, signal)
      } catch (cause) {
        logger.error({ err: cause, organization: organizationId }, 'what has expired could not be removed')
      }
    }
  }

  async *#organizations(): AsyncGenerator<string> {
    const { store, logger } = this.#authority
    let after: string | undefined
    for (;;) {
      const page = { after, limit: ORGANIZATIONS }
      const rows = await store
        .read(SYSTEM, (tx) => listOrganizations(tx, page))
        .catch((cause: unknown) => {
          logger.error({ err: cause }, 'the organizations could not be listed')
          return []
        })
      yield* rows.slice(0, ORGANIZATIONS).map(({ id }) => id)
      after = rows[ORGANIZATIONS - 1]?.id
      if (rows.length <= ORGANIZATIONS) return
    }
  }

  async #tidy(organizationId: string, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#authority
    const settled = await this.#settledHead(organizationId)
    const { batch = BATCH, floorStep } = this.#options
    const removals = [
      (tx: WriteTx) => deleteExpiredTokens(tx, clock.now() - KEPT.tokens, batch),
      (tx: WriteTx) => deleteExpiredOidcRecords(tx, clock.now() - KEPT.records, batch),
      (tx: WriteTx) => deleteExpiredServiceTokens(tx, clock.now() - KEPT.tokens, batch),
      (tx: WriteTx) => deleteExpiredPlaces(tx, clock.now() - KEPT.places, batch),
      (tx: WriteTx) => deleteSpentLists(tx, clock.now() - KEPT.places, batch),
      (tx: WriteTx) => deleteOrphanedLeases(tx, clock.now() - KEPT.places),
      (tx: WriteTx) => deleteSilentNodes(tx, clock.now() - KEPT.silentNodes),
    ]
    for (const remove of removals) await this.#removeAll({ organizationId }, remove, signal)
    if (signal?.aborted) return
    if (settled !== undefined) await raiseFloors(this.#authority, organizationId, settled, floorStep)
  }

  /** Nonces of digest authentication are of the installation, not of an organization. */
  async #removeNonces(signal: AbortSignal | undefined): Promise<void> {
    const { clock, logger } = this.#authority
    const { batch = BATCH } = this.#options
    const remove = (tx: WriteTx) => deleteExpiredNonces(tx, clock.now(), batch)
    await this.#removeAll(SYSTEM, remove, signal).catch((cause: unknown) =>
      logger.error({ err: cause }, 'expired nonces could not be removed'),
    )
  }

  async #removeAll(
    scope: Scope,
    remove: (tx: WriteTx) => Promise<number>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { batch = BATCH } = this.#options
    let removed: number
    do {
      if (signal?.aborted) return
      removed = await this.#authority.store.write(scope, remove)
      await yieldToOthers()
    } while (removed === batch)
  }

  /** Where the head was `SETTLED` ago or earlier, as far as this process has seen; remembers where it is now. */
  async #settledHead(organizationId: string): Promise<Place | undefined> {
    const { store, clock } = this.#authority
    const { position } = await store.read({ organizationId }, (tx) => head(tx))
    const at = clock.now()
    const heads = this.#heads.get(organizationId) ?? []
    const settled = heads.findLast((seen) => at - seen.at >= SETTLED)
    const { incarnation, seq } = position
    const younger = heads.filter((seen) => seen === settled || at - seen.at < SETTLED)
    this.#heads.set(organizationId, [...younger, { place: { incarnation, seq }, at }])
    return settled?.place
  }
}

/** Runs the janitor until `signal` ends it. @returns once nothing of it is running */
export function startJanitor(authority: Authority, signal: AbortSignal): Promise<void> {
  return new Janitor(authority).run(signal)
}
