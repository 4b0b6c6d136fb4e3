import type { Kysely } from 'kysely'
import type { Tables } from './tables/index.ts'

/**
 * Whose rows a transaction may touch. On PostgreSQL an organization's scope runs under the tenant role, behind
 * row-level security; `SYSTEM` runs under the system role and is for what spans organizations: looking up a
 * credential or an authorization server by its id, creating an organization.
 */
export type Scope = { readonly organizationId: string } | typeof SYSTEM
export const SYSTEM = Symbol('every organization')

/** What a query sees: one consistent snapshot, nothing uncommitted. */
export interface ReadTx {
  readonly db: Kysely<Tables>
  readonly scope: Scope
}

/** What a command may do: everything that it writes becomes durable together, or not at all. */
export interface WriteTx extends ReadTx {
  /** Runs once the transaction is durable, and never otherwise. Must not throw. */
  afterCommit(callback: () => void): void
}

/**
 * A function of a transaction. It may run beside other commands' statements but never between them: commands in
 * flight share one durable commit, each in a savepoint of its own, and each is answered only after that COMMIT.
 * So a command does no slow work (no hashing of passwords, no key generation, no network): prepare outside.
 * An organization's commands see each other's changes in order: the log's head row is locked first.
 */
export type Command<T> = (tx: WriteTx) => Promise<T>
export type Query<T> = (tx: ReadTx) => Promise<T>

export interface Store {
  readonly dialect: 'sqlite' | 'postgres'
  /**
   * Resolves with the command's result after its transaction is durable; rejects with what the command threw
   * (nothing of it remains) or with `DomainError` `store_unavailable` / `outcome_unknown`.
   */
  write<T>(scope: Scope, command: Command<T>): Promise<T>
  /** Runs a query in a snapshot of its own. */
  read<T>(scope: Scope, query: Query<T>): Promise<T>
  close(): Promise<void>
}

/** The organization of a tenant's transaction; a query that must name it calls this, so none can forget. */
export function organizationOf(tx: ReadTx): string {
  if (tx.scope === SYSTEM) throw new TypeError('this query needs the scope of an organization')
  return tx.scope.organizationId
}
