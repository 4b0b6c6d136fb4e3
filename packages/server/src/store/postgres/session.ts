import type { CompiledQuery } from 'kysely'
import { escapeLiteral } from 'pg'
import { raw } from '../raw.ts'
import { type Scope, SYSTEM, tenantIn } from '../store.ts'

/** The roles that transactions run under; row-level security knows them. They cannot log in. */
export const TENANT_ROLE = 'rescind_tenant'
export const SYSTEM_ROLE = 'rescind_system'

/**
 * The setting that names the tenant of a transaction, organization or federation. (Its name is in the policies of
 * databases that exist.)
 */
export const TENANT_SETTING = 'rescind.organization'

/** The statements that put an open transaction behind the walls of its scope, until it ends. */
export function enterScope(scope: Scope): string {
  if (scope === SYSTEM) return `set local role ${SYSTEM_ROLE}`
  return `set local role ${TENANT_ROLE};
    select set_config('${TENANT_SETTING}', ${escapeLiteral(tenantIn(scope))}, true)`
}

/** The statements that take a federation's transaction to another tenant, and lock the head of that one's log. */
export function moveTo(scope: Exclude<Scope, typeof SYSTEM>): CompiledQuery[] {
  const tenant = tenantIn(scope)
  return [
    raw(`select set_config('${TENANT_SETTING}', $1, true)`, [tenant]),
    raw('select seq from log_heads where log_id = $1 for update', [tenant]),
  ]
}

/**
 * Opens a transaction for reading: one snapshot for all its statements.
 * (PostgreSQL manual, 13.2.2: REPEATABLE READ sees a snapshot as of its first query.)
 */
export function beginReading(scope: Scope): string {
  return `begin isolation level repeatable read read only; ${enterScope(scope)}`
}

/**
 * Opens a transaction for writing, with the head row of the tenant's log locked before anything is read:
 * the commands of a tenant follow each other, on however many nodes, and each sees what the one before it
 * committed (READ COMMITTED takes a new snapshot per statement, after the lock).
 */
export function beginWriting(scope: Scope): string {
  const begin = `begin isolation level read committed read write; ${enterScope(scope)}`
  return scope === SYSTEM ? begin : `${begin}; ${lockHead(tenantIn(scope))}`
}

/** Waits until no other transaction is writing to this log. */
export function lockHead(log: string): string {
  return `select seq from log_heads where log_id = ${escapeLiteral(log)} for update`
}
