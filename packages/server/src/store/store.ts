import type { Kysely } from 'kysely'
import type { Tables } from './tables/index.ts'

/**
 * Whose rows a transaction may touch. On PostgreSQL the scope of a tenant (an organization, or a federation that
 * organizations are connected to) runs under the tenant role, behind row-level security; `SYSTEM` runs under the
 * system role and is for what spans tenants: looking up a credential or an authorization server by its id, creating
 * an organization. The ids of tenants are those of their logs, so no two of them are the same.
 */
export type Scope = OrganizationScope | FederationScope | typeof SYSTEM
export interface OrganizationScope {
  readonly organizationId: string
}
export interface FederationScope {
  readonly federationId: string
}
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
  /**
   * Told by `append`: which entry this command wrote. Where a connection is lost at COMMIT, the entry's being
   * there afterwards, with this digest, is what proves that the COMMIT took place.
   */
  appended(entry: AppendedEntry): void
  /**
   * Takes a federation's transaction into a connected organization for one piece of work: behind that organization's
   * wall, with the head of its log locked. A transaction that goes into several takes them in the order of their
   * ids; the federation's own head was locked first, so two such transactions never wait for each other in a circle.
   */
  within<T>(organizationId: string, work: Command<T>): Promise<T>
}

/** An entry as the log's own rows name it. */
export interface AppendedEntry {
  readonly log: string
  readonly incarnation: number
  readonly seq: number
  readonly digest: string
}

/**
 * Which connections and which room in the queue a transaction gets. `urgent` is for what must not wait behind
 * ordinary load: revocations and health (on PostgreSQL a pool of their own).
 */
export type Lane = 'ordinary' | 'urgent'

/**
 * A function of a transaction. It may run beside other commands' statements but never between them: commands in
 * flight share one durable commit, each in a savepoint of its own, and each is answered only after that COMMIT.
 * So a command does no slow work (no hashing of passwords, no key generation, no network): prepare outside.
 * An organization's commands see each other's changes in order: the log's head row is locked first.
 */
export type Command<T> = (tx: WriteTx) => Promise<T>
export type Query<T> = (tx: ReadTx) => Promise<T>

/** The logs that have grown, or `any` when it is not known which. */
export type AppendNotice = ReadonlySet<string> | 'any'
/** Must not throw. */
export type AppendListener = (logs: AppendNotice) => void

export interface Store {
  readonly dialect: 'sqlite' | 'postgres'
  /**
   * Resolves with the command's result after its transaction is durable; rejects with what the command threw
   * (nothing of it remains), with `DomainError` `store_unavailable` (nothing of it remains either) or with
   * `outcome_unknown` (it is there wholly or not at all: ask again).
   */
  write<T>(scope: Scope, command: Command<T>, lane?: Lane): Promise<T>
  /**
   * Runs a query in a snapshot of its own, that of the newest commit.
   * @throws DomainError `store_unavailable` when the database is not there, or no connection is free in time
   */
  read<T>(scope: Scope, query: Query<T>, lane?: Lane): Promise<T>
  /**
   * Calls the listener after each commit that appended to logs: those of this process at once, on PostgreSQL those
   * of other nodes when the database says so. A notice can be lost with a connection.
   * @returns what ends the listening
   */
  onAppended(listener: AppendListener): () => void
  /** Finishes what is running, refuses what comes later. */
  close(): Promise<void>
}

/** The organization of a tenant's transaction; a query that must name it calls this, so none can forget. */
export function organizationOf(tx: ReadTx): string {
  if (tx.scope === SYSTEM || !('organizationId' in tx.scope))
    throw new TypeError('this query needs the scope of an organization')
  return tx.scope.organizationId
}

/** The federation of a transaction, likewise. */
export function federationOf(tx: ReadTx): string {
  if (tx.scope === SYSTEM || !('federationId' in tx.scope))
    throw new TypeError('this query needs the scope of a federation')
  return tx.scope.federationId
}

/** The tenant whose log a transaction has: its organization or its federation. */
export function tenantOf(tx: ReadTx): string {
  if (tx.scope === SYSTEM)
    throw new TypeError('this query needs the scope of an organization or a federation')
  return tenantIn(tx.scope)
}

export function tenantIn(scope: OrganizationScope | FederationScope): string {
  return 'organizationId' in scope ? scope.organizationId : scope.federationId
}

/**
 * The transaction of `SYSTEM` as one of the organization's: for what creates an organization and fills it in one
 * transaction. An organization's own transaction stays its own.
 */
export function asOrganization(tx: WriteTx, organizationId: string): WriteTx {
  if (tx.scope !== SYSTEM && tenantIn(tx.scope) !== organizationId)
    throw new TypeError("an organization's transaction cannot become another's")
  return { ...tx, scope: { organizationId } }
}

/** The same for what creates a federation. */
export function asFederation(tx: WriteTx, federationId: string): WriteTx {
  if (tx.scope !== SYSTEM) throw new TypeError("a tenant's transaction cannot become a federation's")
  return { ...tx, scope: { federationId } }
}
