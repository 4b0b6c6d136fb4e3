import { DomainError } from '../../errors/index.ts'
import { LIMITS } from '../limits.ts'
import { Launcher } from './launcher.ts'
import { type FilledTable, type RelationalAnswer, SandboxProcess } from './process.ts'

/** How long a process that has nothing to do is kept, in milliseconds. */
const IDLE = 60_000

/** The processes for relational work: a few, started when they are needed, with a bounded queue in front of them. */
export class SandboxProcesses {
  readonly #launcher = new Launcher()
  /** Each with the timer that ends it. */
  readonly #idle = new Map<SandboxProcess, NodeJS.Timeout>()
  readonly #waiting: (() => void)[] = []
  readonly #busy = new Set<SandboxProcess>()
  #closed = false

  /** @throws DomainError `sql_limit_exceeded`, `sql_invalid`, `sql_busy` */
  async query(tables: readonly FilledTable[], sql: string, run = true): Promise<RelationalAnswer> {
    const process = await this.#take()
    try {
      return await process.query(tables, sql, run)
    } finally {
      this.#giveBack(process)
    }
  }

  close(): void {
    this.#closed = true
    for (const process of [...this.#idle.keys(), ...this.#busy]) this.#discard(process)
    this.#launcher.close()
  }

  async #take(): Promise<SandboxProcess> {
    while (this.#busy.size >= LIMITS.processes) {
      if (this.#waiting.length >= LIMITS.waiting) throw new DomainError('sql_busy')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    const process = this.#usable() ?? new SandboxProcess(this.#launcher)
    this.#busy.add(process)
    return process
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
    this.#waiting.shift()?.()
  }

  #discard(process: SandboxProcess): void {
    clearTimeout(this.#idle.get(process))
    this.#idle.delete(process)
    process.end()
  }
}
