import type { Actor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { findOrganizationRow } from '../store/queries/issuers.ts'
import { SUBDOMAIN } from './catalogue/index.ts'
import { LIMITS } from './limits.ts'
import type { SqlServices } from './services.ts'

/** One statement while it runs: for whom, and what it has used up. */
export class StatementRun {
  readonly services: SqlServices
  readonly actor: Actor
  /** The organization's own. */
  readonly subdomain: string
  /** Aborted where nobody wants the answer any more. */
  readonly signal: AbortSignal | undefined
  readonly #deadline = performance.now() + LIMITS.time
  #rows = 0
  #characters = 0
  #calls = 0

  constructor(services: SqlServices, actor: Actor, subdomain: string, signal: AbortSignal | undefined) {
    this.services = services
    this.actor = actor
    this.subdomain = subdomain
    this.signal = signal
  }

  /** Counts a call of a method. @throws DomainError `sql_limit_exceeded`, `sql_cancelled` */
  call(): void {
    if (this.signal?.aborted) throw new DomainError('sql_cancelled')
    this.#calls += 1
    if (this.#calls > LIMITS.calls)
      throw exceeded(
        `the statement reads more than ${LIMITS.calls} lists: one for each value that it asks for`,
      )
    if (performance.now() > this.#deadline) throw exceeded(`the statement took more than ${LIMITS.time} ms`)
  }

  /** Counts a row that was read. @throws DomainError `sql_limit_exceeded` */
  row(cells: readonly (string | number | null)[]): void {
    this.#rows += 1
    for (const cell of cells) this.#characters += typeof cell === 'string' ? cell.length : 8
    if (this.#rows > LIMITS.rowsRead) throw exceeded(`the statement reads more than ${LIMITS.rowsRead} rows`)
    if (this.#characters > LIMITS.charactersRead)
      throw exceeded(`the statement reads more than ${LIMITS.charactersRead} characters`)
  }

  /** @throws DomainError `sql_other_organization`: the credential decides, and a statement does not switch it */
  requireOwn(subdomains: Iterable<string>): void {
    for (const named of subdomains)
      if (named !== this.subdomain)
        throw new DomainError('sql_other_organization', {
          message: `${SUBDOMAIN} has to be that of the organization of the credential`,
        })
  }
}

export function exceeded(message: string): DomainError {
  return new DomainError('sql_limit_exceeded', { message })
}

/** @param signal ends it early: a reading, never a change */
export async function startRun(
  services: SqlServices,
  actor: Actor,
  signal?: AbortSignal,
): Promise<StatementRun> {
  const { organizationId } = actor
  const row = await services.authority.store.read({ organizationId }, (tx) => findOrganizationRow(tx))
  if (row === undefined) throw new DomainError('not_found')
  return new StatementRun(services, actor, row.subdomain, signal)
}
