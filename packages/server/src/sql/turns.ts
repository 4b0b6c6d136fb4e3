import { DomainError } from '../errors/index.ts'
import { LIMITS } from './limits.ts'

/** Counts the statements of each organization, so that none takes what belongs to all. */
export class Turns {
  readonly #running = new Map<string, number>()

  /** @throws DomainError `sql_busy` */
  async take<Result>(organizationId: string, run: () => Promise<Result>): Promise<Result> {
    const running = this.#running.get(organizationId) ?? 0
    if (running >= LIMITS.statementsPerOrganization) throw new DomainError('sql_busy')
    this.#running.set(organizationId, running + 1)
    try {
      return await run()
    } finally {
      const left = (this.#running.get(organizationId) ?? 1) - 1
      if (left === 0) this.#running.delete(organizationId)
      else this.#running.set(organizationId, left)
    }
  }
}
