import type { Command, Scope, WriteTx } from './store.ts'

/** An open transaction of one of the databases, as the committer drives it. */
export interface OpenTransaction extends Pick<WriteTx, 'db' | 'scope'> {
  execute(statement: string): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
}

interface Waiting {
  readonly command: Command<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** A command's outcome, held back until the COMMIT that it rests on. */
interface Done {
  readonly answer: () => void
  readonly reject: (reason: unknown) => void
  readonly afterCommit: readonly (() => void)[]
}

/** More commands than this wait for the next transaction, which bounds how long the first of them waits. */
const MAX_COMMANDS_PER_COMMIT = 256

/**
 * Group commit: the commands that are in flight run one after the other as savepoints of one transaction and
 * are answered after its COMMIT, so that they share one sync to disk. A command that throws loses only its own
 * savepoint; its refusal waits for the COMMIT too, because it may rest on what an earlier command wrote.
 */
export class GroupCommit {
  readonly #scope: Scope
  readonly #begin: (scope: Scope) => Promise<OpenTransaction>
  readonly #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(scope: Scope, begin: (scope: Scope) => Promise<OpenTransaction>) {
    this.#scope = scope
    this.#begin = begin
  }

  run<T>(command: Command<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ command, resolve: (value) => resolve(value as T), reject })
      this.#running ??= this.#drain()
    })
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
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const done: Done[] = []
    try {
      const transaction = await this.#begin(this.#scope)
      try {
        for (const waiting of group) done.push(await runInSavepoint(transaction, waiting))
        await transaction.commit()
      } catch (failure) {
        await transaction.rollback()
        throw failure
      }
    } catch (failure) {
      for (const waiting of group) waiting.reject(failure)
      return
    }
    for (const { answer, afterCommit } of done) {
      for (const callback of afterCommit) callback()
      answer()
    }
  }
}

async function runInSavepoint(transaction: OpenTransaction, waiting: Waiting): Promise<Done> {
  const afterCommit: (() => void)[] = []
  await transaction.execute('savepoint command')
  try {
    const value = await waiting.command({
      db: transaction.db,
      scope: transaction.scope,
      afterCommit: (callback) => afterCommit.push(callback),
    })
    await transaction.execute('release savepoint command')
    return { answer: () => waiting.resolve(value), reject: waiting.reject, afterCommit }
  } catch (refusal) {
    await transaction.execute('rollback to savepoint command')
    await transaction.execute('release savepoint command')
    return { answer: () => waiting.reject(refusal), reject: waiting.reject, afterCommit: [] }
  }
}
