import { type Position, REASON_CODES, type ReasonCode } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Actor, Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { type LoggedEntry, readEntries } from '../log/index.ts'
import { findRevocation, listRevocations, type RevocationRow } from '../store/queries/revocations.ts'

/** A revocation as it is kept, its target read. */
export interface RevocationRecord extends Omit<RevocationRow, 'organization_id' | 'target' | 'reason'> {
  readonly target: Readonly<Record<string, string | number>>
  readonly reason: ReasonCode
}

const target = Compile(Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer()])))
const reason = Compile(Type.Enum(REASON_CODES))

/** Reads a stored row. @throws Error where it does not hold what this release writes */
export function readRevocation(row: Omit<RevocationRow, 'organization_id'>): RevocationRecord {
  return { ...row, target: target.Parse(JSON.parse(row.target)), reason: reason.Parse(row.reason) }
}

/** The organization's revocations, the one with the newest entry first. */
export async function revocationsPage(
  authority: Authority,
  actor: Actor,
  limit: number,
  before?: Position,
): Promise<RevocationRecord[]> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listRevocations(tx, limit, before),
  )
  return rows.map(readRevocation)
}

/**
 * A revocation and its newest entry.
 *
 * @throws DomainError `not_found`
 */
export async function revocationById(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<{ readonly revocation: RevocationRecord; readonly entry: LoggedEntry }> {
  const { organizationId } = actor
  return authority.store.read({ organizationId }, async (tx) => {
    const row = await findRevocation(tx, id)
    if (row === undefined) throw new DomainError('not_found', { type: 'revocation', id })
    const before = { incarnation: row.incarnation, seq: row.seq - 1 }
    const [entry] = await readEntries(tx, organizationId, before, 1)
    if (entry === undefined) throw new TypeError('a revocation without its entry')
    return { revocation: readRevocation(row), entry }
  })
}
