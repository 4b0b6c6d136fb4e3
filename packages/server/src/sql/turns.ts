import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { DomainError } from '../errors/index.ts'
import { LIMITS } from './limits.ts'

/**
 * Counts the statements of each organization, so that none takes what belongs to all, and makes each rest for as long
 * as the event loop was busy during its last: at the most half of it goes to an organization's statements where nobody
 * else wants it, and the less the more others do.
 */
export class Turns {
  readonly #running = new Map<string, number>()
  /** When an organization that runs something may begin the next, as `performance.now()` tells it. */
  readonly #rested = new Map<string, number>()

  /** @throws DomainError `sql_busy` */
  async take<Result>(organizationId: string, run: () => Promise<Result>): Promise<Result> {
    const running = this.#running.get(organizationId) ?? 0
    if (running >= LIMITS.statementsPerOrganization) throw new DomainError('sql_busy')
    this.#running.set(organizationId, running + 1)
    try {
      await this.#rest(organizationId)
      const before = performance.eventLoopUtilization()
      try {
        return await run()
      } finally {
        this.#tire(organizationId, before)
      }
    } finally {
      const left = (this.#running.get(organizationId) ?? 1) - 1
      if (left === 0) this.#running.delete(organizationId)
      else this.#running.set(organizationId, left)
    }
  }

  async #rest(organizationId: string): Promise<void> {
    const until = this.#rested.get(organizationId)
    if (until === undefined) return
    const wait = until - performance.now()
    if (wait > 0) await setTimeout(wait)
    if (this.#rested.get(organizationId) === until) this.#rested.delete(organizationId)
  }

  #tire(organizationId: string, before: EventLoopUtilization): void {
    const { active } = performance.eventLoopUtilization(before)
    const from = Math.max(performance.now(), this.#rested.get(organizationId) ?? 0)
    this.#rested.set(organizationId, from + Math.min(active, LIMITS.rest))
  }
}
