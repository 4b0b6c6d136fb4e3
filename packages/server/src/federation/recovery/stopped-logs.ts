import { decodeEntry } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { divergencesSince, head, type LogHead } from '../../log/index.ts'
import { type FederationScope, type OrganizationScope, SYSTEM } from '../../store/index.ts'
import { findHalt } from '../../store/queries/log-halts.ts'
import { type LogName, listLogs } from '../../store/queries/logs.ts'
import type { LogHalts } from '../../store/tables/log-halts.ts'

/** Somebody's claim to know a place that the log does not have. */
export interface Report {
  /** `cluster`, `node`, or `authority`, as the entry names them. */
  readonly by: Readonly<Record<string, string>>
  /** The place that was claimed, as a position is written. */
  readonly place: string
  readonly digest: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A log as an operator decides on it. */
export interface LogState {
  readonly log: string
  /** The organization's name; `undefined` for the log of a federation. */
  readonly name: string | undefined
  readonly head: LogHead
  readonly halt: LogHalts | undefined
  readonly reports: readonly Report[]
}

/** Every log of the installation, with what has been reported of it. */
export async function statesOfLogs(authority: Authority): Promise<readonly LogState[]> {
  const logs = await authority.store.read(SYSTEM, listLogs)
  const states: LogState[] = []
  for (const log of logs) states.push(await stateOfLog(authority, log))
  return states
}

export function stateOfLog(authority: Authority, { id, name }: LogName): Promise<LogState> {
  return authority.store.read(scopeOf({ id, name }), async (tx) => {
    const at = await head(tx)
    const halt = await findHalt(tx)
    const entries = halt === undefined ? [] : await divergencesSince(tx, at.position.incarnation)
    return { log: id, name, head: at, halt, reports: entries.flatMap(({ body }) => reportIn(body)) }
  })
}

/** A log is an organization's, which has a name, or a federation's. */
export function scopeOf({ id, name }: LogName): OrganizationScope | FederationScope {
  return name === undefined ? { federationId: id } : { organizationId: id }
}

/** The incarnation that a recovery opens: above the present one and above any that somebody claims to have seen. */
export function nextIncarnation({ head: { position }, halt }: Pick<LogState, 'head' | 'halt'>): number {
  return Math.max(position.incarnation, halt?.reported_incarnation ?? 0) + 1
}

function reportIn(body: string): Report[] {
  const decoded = decodeEntry(body)
  if (!decoded.known || decoded.entry.kind !== 'log.diverged') return []
  const { subject, data, at } = decoded.entry
  return [{ by: subject, place: String(data?.place), digest: String(data?.digest), at }]
}
