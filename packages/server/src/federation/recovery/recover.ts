import {
  compareMarks,
  type EntryRecord,
  formatPosition,
  type Position,
  parsePosition,
} from '@rescind/core/log'
import { type Actor, type Authority, entryActor, systemActor } from '../../authority/index.ts'
import { addApiToken } from '../../directory/api-tokens.ts'
import { ENABLED_STATUSES } from '../../directory/users-status.ts'
import { DomainError } from '../../errors/index.ts'
import { type FreshRings, prepareFreshRings, replaceSigningKeys } from '../../keys/signing-key-replacement.ts'
import { append, type LogHead, openIncarnation } from '../../log/index.ts'
import type { Secret } from '../../secrets/index.ts'
import type { WriteTx } from '../../store/index.ts'
import type { LogName } from '../../store/queries/logs.ts'
import { firstWithRole } from '../../store/queries/user-roles.ts'
import { distrustProviders, providersInLog } from './providers.ts'
import { type LogState, nextIncarnation, scopeOf, stateOfLog } from './stopped-logs.ts'

/**
 * What else is begun anew with an incarnation, in its transaction: whoever keeps keys or state whose revocation may have
 * been lost adds a step. Slow work belongs into `prepare`.
 */
export interface RecoveryStep {
  prepare(
    authority: Authority,
    log: LogName,
  ): Promise<(tx: WriteTx, context: RecoveryContext) => Promise<void>>
}

export interface RecoveryContext {
  readonly actor: Actor
  readonly cause: 'log.recovered'
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface RecoveryOrder {
  readonly log: LogName
  /** Who ran it and why, in the operator's words. */
  readonly operator: string
  readonly reason: string
  readonly steps: readonly RecoveryStep[]
}

export interface Recovery {
  /** Where the new incarnation begins. */
  readonly position: Position
  /** The furthest place that is known to have been lost; `undefined` where nobody reported one. */
  readonly lost: string | undefined
  readonly issuers: number
  readonly providers: number
  /** The administrator who has been given a new API token, since every old one is void. */
  readonly administrator: { readonly login: string; readonly apiToken: Secret } | undefined
}

/** A node that is running may change a ring, or append, while keys are made for it. */
const ATTEMPTS = 8

/**
 * Opens a new incarnation of a log that has lost entries, or may have. In one transaction: every token, session, code and
 * grant of before is void, every signing key is revoked and replaced, no key of an identity provider is trusted until it
 * is fetched anew, and the loss is recorded. Interrupted, it has not taken place; run again, it opens one more.
 *
 * @throws DomainError `not_found`, `store_unavailable`
 */
export async function recoverLog(authority: Authority, order: RecoveryOrder): Promise<Recovery> {
  const { log } = order
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const state = await stateOfLog(authority, log)
    const isOrganization = log.name !== undefined
    const fresh: FreshRings = isOrganization ? await prepareFreshRings(authority, log.id) : new Map()
    const steps = await Promise.all(order.steps.map((step) => step.prepare(authority, log)))
    try {
      return await authority.store.write(
        scopeOf(log),
        async (tx) => {
          const at = authority.clock.now()
          const actor = systemActor(log.id)
          const providers = await providersInLog(tx)
          const { incarnation } = state.head.position
          const end = await openIncarnation(tx, incarnation, nextIncarnation(state))
          if (end === undefined) throw new Overtaken()
          const lost = furthestOf(state)
          const content = {
            kind: 'log.recovered',
            subject: {},
            actor: entryActor(actor),
            reason: { code: 'requested', text: order.reason },
            data: { ...lossOf(state, end), operator: order.operator },
          } as const
          const position = await append(tx, content, at)
          const context = { actor, cause: 'log.recovered' } as const
          const issuers = isOrganization ? await replaceSigningKeys(authority, tx, fresh, context) : 0
          if (issuers === undefined) throw new Overtaken()
          await distrustProviders(tx, actor, providers, at)
          for (const step of steps) await step(tx, { ...context, at })
          const administrator = isOrganization ? await newAdministratorToken(tx, actor, at) : undefined
          return { position, lost, issuers, providers: providers.length, administrator }
        },
        'urgent',
      )
    } catch (failure) {
      if (!(failure instanceof Overtaken)) throw failure
    }
  }
  throw new DomainError('store_unavailable')
}

/** The log or a ring moved on while keys were made; nothing of the attempt remains. */
class Overtaken extends Error {}

/** Old API tokens are void like everything else, and somebody has to be able to go on. */
async function newAdministratorToken(
  tx: WriteTx,
  actor: Actor,
  at: number,
): Promise<Recovery['administrator']> {
  const owner = await firstWithRole(tx, 'organization_admin', ENABLED_STATUSES)
  if (owner === undefined) return undefined
  const { value } = await addApiToken(tx, actor, { name: 'recovery', userId: owner.id }, at)
  return { login: owner.login, apiToken: value }
}

/** The loss as the entry tells it, for ever: what the log had, and what others claim that it had. */
function lossOf(state: LogState, { position, digest }: LogHead): EntryRecord {
  return {
    from: formatPosition(position),
    digest,
    lost: furthestOf(state) ?? null,
    reports: state.reports
      .slice(0, MOST_TOLD)
      .map(({ by, place, digest: claimed }) => ({ by, place, digest: claimed })),
  }
}

const MOST_TOLD = 32

/** The furthest place that was reported. */
function furthestOf({ reports }: Pick<LogState, 'reports'>): string | undefined {
  const places = reports.flatMap(({ place }) => parsePosition(place) ?? [])
  const last = places.sort(compareMarks).at(-1)
  return last && formatPosition(last)
}
