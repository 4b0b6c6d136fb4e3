import { type Position, REASON_CODES, type ReasonCode } from '@rescind/core/log'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Actor, Authority } from '../authority/index.ts'
import { listRevocations, type RevocationRow } from '../store/queries/revocations.ts'
import { ToldTarget } from './stored-target.ts'

/** A revocation as it is kept, its target read. */
export interface RevocationRecord extends Omit<RevocationRow, 'organization_id' | 'target' | 'reason'> {
  readonly target: ToldTarget
  readonly reason: ReasonCode
}

const target = Compile(ToldTarget)
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
): Promise<RevocationRow[]> {
  return authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listRevocations(tx, limit, before),
  )
}
