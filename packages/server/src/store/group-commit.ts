import type { CompiledQuery, DatabaseConnection } from 'kysely'
import type { Admission } from './admission.ts'
import { unavailable } from './failures.ts'
import { onConnection, type QueryDialect, Turn } from './one-connection.ts'
import { type AppendedEntry, type Command, type Lane, type Scope, SYSTEM, type WriteTx } from './store.ts'

/** An open transaction of one of the databases, as the committer drives it. */
export interface OpenTransaction {
  readonly connection: DatabaseConnection
  /** Why the whole transaction is lost, once it is: the connection is gone, or the database rolled it back. */
  readonly failure: unknown
  /**
   * A savepoint statement, between the commands' own. It takes effect in its place and need not be waited for:
   * one that fails is a `failure` of the whole transaction.
   */
  mark(statement: string): void
  /** The statements that take what follows behind the walls of a tenant; none where the database has no walls. */
  wallsOf?(scope: Exclude<Scope, typeof SYSTEM>): CompiledQuery[]
  /**
   * Resolves when the transaction is durable.
   * @param appended the entries it wrote, in order: what a lost COMMIT is recognised by
   * @throws DomainError `store_unavailable` when it certainly did not happen, `outcome_unknown` otherwise
   */
  commit(appended: readonly AppendedEntry[]): Promise<void>
  /** Gives everything back. Never throws: a rollback that fails is the database's own affair to report. */
  rollback(): Promise<void>
}

export interface GroupCommitOptions {
  readonly dialect: QueryDialect
  begin(): Promise<OpenTransaction>
  readonly admission: Admission
  /** How long a command may take, in milliseconds: one that never settles must not stop the others for ever. */
  readonly commandTimeout: number
  /** Told of what must not happen and has no caller to tell, e.g. an `afterCommit` that throws. */
  onTrouble(trouble: unknown): void
  /** Called after each COMMIT that appended to logs, before its commands are answered. */
  onAppended(logs: ReadonlySet<string>): void
  /** Called when nothing is waiting any more. */
  onIdle?(): void
}

interface Waiting {
  readonly scope: Scope
  readonly command: Command<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** A command's outcome, held back until the COMMIT that it rests on. */
interface Done {
  readonly answer: () => void
  readonly afterCommit: readonly (() => void)[]
  readonly appended: readonly AppendedEntry[]
}

/** More commands than this wait for the next transaction, which bounds how long the first of them waits. */
const MAX_COMMANDS_PER_COMMIT = 256

/**
 * Group commit: the commands that are in flight run one after the other as savepoints of one transaction and
 * are answered after its COMMIT, so that they share one sync to disk. A command that throws loses only its own
 * savepoint; its refusal waits for the COMMIT too, because it may rest on what an earlier command wrote. When
 * the transaction is lost, every command in it is answered with that, also one that had refused.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  /** @throws DomainError `store_unavailable` at once where too many are waiting */
  async run<T>(scope: Scope, command: Command<T>, lane: Lane): Promise<T> {
    const { admission } = this.#options
    admission.enter(lane)
    try {
      return await new Promise<T>((resolve, reject) => {
        // What comes back to `resolve` is what this `command` returned: the queue holds commands of any result.
        this.#waiting.push({ scope, command, resolve: (value) => resolve(value as T), reject })
        this.#running ??= this.#drain()
      })
    } finally {
      admission.leave()
    }
  }

  /** Resolves when no command is waiting or running. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets the other requests that arrived with this one join its commit.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) await this.#commitGroup(this.#waiting.splice(0, MAX_COMMANDS_PER_COMMIT))
    this.#running = undefined
    this.#options.onIdle?.()
  }

  /** Never throws: every command of the group is answered. */
  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    let done: readonly Done[]
    try {
      done = await this.#runGroup(group)
    } catch (failure) {
      for (const waiting of group) waiting.reject(unavailable(failure))
      return
    }
    const logs = new Set(done.flatMap((command) => command.appended.map((entry) => entry.log)))
    if (logs.size > 0) this.#tell(() => this.#options.onAppended(logs))
    for (const { answer, afterCommit } of done) {
      for (const callback of afterCommit) this.#tell(callback)
      answer()
    }
  }

  async #runGroup(group: readonly Waiting[]): Promise<readonly Done[]> {
    const transaction = await this.#options.begin()
    try {
      const done: Done[] = []
      for (const waiting of group) done.push(await this.#runInSavepoint(transaction, waiting))
      await transaction.commit(done.flatMap((command) => command.appended))
      return done
    } catch (failure) {
      await transaction.rollback()
      throw failure
    }
  }

  async #runInSavepoint(transaction: OpenTransaction, waiting: Waiting): Promise<Done> {
    const afterCommit: (() => void)[] = []
    const appended: AppendedEntry[] = []
    transaction.mark('savepoint command')
    const turn = new Turn(transaction.connection)
    try {
      const value = await this.#inTime(() =>
        waiting.command({
          db: onConnection(this.#options.dialect, turn),
          scope: waiting.scope,
          afterCommit: (callback) => afterCommit.push(callback),
          appended: (entry) => appended.push(entry),
          within: stepInto(transaction, waiting.scope, turn),
        }),
      )
      turn.endWell()
      transaction.mark('release savepoint command')
      return { answer: () => waiting.resolve(value), afterCommit, appended }
    } catch (refusal) {
      turn.end()
      // A lost transaction has no savepoint to go back to, and a half-lost one must not be committed.
      if (transaction.failure !== undefined) throw transaction.failure
      transaction.mark('rollback to savepoint command')
      transaction.mark('release savepoint command')
      return { answer: () => waiting.reject(refusal), afterCommit: [], appended: [] }
    }
  }

  async #inTime<T>(command: () => Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const milliseconds = this.#options.commandTimeout
    const timer = setTimeout(() => {
      reject(unavailable(new Error(`a command did not settle within ${milliseconds} ms`)))
    }, milliseconds)
    try {
      return await Promise.race([command(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  #tell(callback: () => void): void {
    try {
      callback()
    } catch (trouble) {
      this.#options.onTrouble(trouble)
    }
  }
}

/** `within` of a command's transaction, whose own scope it comes back to. */
function stepInto(transaction: OpenTransaction, own: Scope, turn: Turn): WriteTx['within'] {
  const enter = async (scope: Exclude<Scope, typeof SYSTEM>) => {
    for (const statement of transaction.wallsOf?.(scope) ?? []) await turn.executeQuery(statement)
  }
  return async function within(this: WriteTx, organizationId, work) {
    const scope = { organizationId }
    if (own === SYSTEM) return work({ ...this, scope })
    if (!('federationId' in own))
      throw new TypeError('an organization is connected to others by its federation')
    await enter(scope)
    try {
      return await work({ ...this, scope })
    } finally {
      // After a statement that failed the savepoint takes this back too.
      await enter(own).catch(() => undefined)
    }
  }
}
