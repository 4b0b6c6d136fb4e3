import { DomainError } from '../../errors/index.ts'
import { LIMITS } from '../limits.ts'
import { Launcher } from './launcher.ts'
import { type FilledTable, type QueryOptions, type RelationalAnswer, SandboxProcess } from './process.ts'

/** How long a process that has nothing to do is kept, in milliseconds. */
const IDLE = 60_000

/** The processes for relational work: a few, started when they are needed, with a bounded queue in front of them. */
export class SandboxProcesses {
  readonly #launcher = new Launcher()
  /** Each with the timer that ends it. */
  readonly #idle = new Map<SandboxProcess, NodeJS.Timeout>()
  readonly #waiting = new Set<() => void>()
  readonly #busy = new Set<SandboxProcess>()
  #closed = false

  /** @throws DomainError `sql_limit_exceeded`, `sql_invalid`, `sql_busy`, `sql_cancelled` */
  async query(
    tables: readonly FilledTable[],
    sql: string,
    options: QueryOptions = {},
  ): Promise<RelationalAnswer> {
    const process = await this.#take(options.signal)
    try {
      return await process.query(tables, sql, options)
    } finally {
      this.#giveBack(process)
    }
  }

  close(): void {
    this.#closed = true
    for (const process of [...this.#idle.keys(), ...this.#busy]) this.#discard(process)
    this.#launcher.close()
  }

  async #take(signal: AbortSignal | undefined): Promise<SandboxProcess> {
    while (this.#busy.size >= LIMITS.processes) {
      if (this.#waiting.size >= LIMITS.waiting) throw new DomainError('sql_busy')
      await this.#wait(signal)
    }
    const process = this.#usable() ?? new SandboxProcess(this.#launcher)
    this.#busy.add(process)
    return process
  }

  /** Until a process is given back; whoever does not want one any more leaves the queue to those behind. */
  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    signal?.addEventListener('abort', () => resolve(), { once: true })
    if (signal?.aborted) resolve()
    await promise
    if (signal?.aborted !== true) return
    // It may have been woken before: then the next is.
    if (!this.#waiting.delete(resolve)) this.#wakeNext()
    throw new DomainError('sql_cancelled')
  }

  #wakeNext(): void {
    const [next] = this.#waiting
    if (next === undefined) return
    this.#waiting.delete(next)
    next()
  }

  #usable(): SandboxProcess | undefined {
    for (const [process, timer] of this.#idle) {
      clearTimeout(timer)
      this.#idle.delete(process)
      if (process.isUsable) return process
    }
    return undefined
  }

  #giveBack(process: SandboxProcess): void {
    this.#busy.delete(process)
    if (this.#closed) process.end()
    else if (process.isUsable) this.#idle.set(process, setTimeout(() => this.#discard(process), IDLE).unref())
    this.#wakeNext()
  }

  #discard(process: SandboxProcess): void {
    clearTimeout(this.#idle.get(process))
    this.#idle.delete(process)
    process.end()
  }
}
