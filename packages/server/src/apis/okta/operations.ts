import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { CATALOGUE } from './catalogue.ts'
import { roleAllows } from './permissions.ts'
import { RequestRefused } from './request-refused.ts'
import { RESOURCES } from './resources.ts'
import { type OktaServices, type Place, stepsOf } from './route.ts'

/** What an operation is given, where no request carries it. */
export interface OktaInput {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface OktaOutput {
  /** What HTTP would answer; undefined for 204. */
  readonly answer: unknown
  /** The `after` of the page that follows. */
  readonly next?: string
}

/**
 * An operation of the Okta Management API without HTTP: the same steps, so the same rights, schemas, rules and
 * representation.
 *
 * @throws DomainError; a refusal of the dialect itself becomes `invalid_request`
 */
export type RunnableOperation = (actor: Actor, input: OktaInput) => Promise<OktaOutput>

/** All operations, by their place. */
export function oktaOperations(
  authority: Authority,
  services: OktaServices,
): ReadonlyMap<string, RunnableOperation> {
  const operations = new Map<string, RunnableOperation>()
  const routes: Parameters<(typeof RESOURCES)[number]>[0] = {
    route(place: Place, operation) {
      const steps = stepsOf(operation)
      operations.set(place, async (actor, { params, query, body }) => {
        if (!roleAllows(actor, operation.requires)) throw new DomainError('permission_denied')
        const links = new Links()
        const { publicUrl } = authority
        const call = { actor, params, query, body, request: { url: '/' }, reply: links, publicUrl }
        const answer = await steps(call).catch(refuseInDomain)
        return links.next === undefined ? { answer } : { answer, next: links.next }
      })
    },
  }
  for (const resource of RESOURCES) resource(routes, authority, services)
  return operations
}

/** Reads where the next page begins from the header that would say so. */
class Links {
  next: string | undefined

  header(name: string, value: string | readonly string[]): void {
    if (name !== 'link') return
    const link = [value].flat().find((one) => one.endsWith('rel="next"'))
    const address = link === undefined ? undefined : /^<([^>]*)>/.exec(link)?.[1]
    if (address !== undefined) this.next = new URL(address).searchParams.get('after') ?? undefined
  }
}

function refuseInDomain(failure: unknown): never {
  if (!(failure instanceof RequestRefused)) throw failure
  const { code, about = '', causes = [] } = failure.answer
  if (code === 'E0000007') throw new DomainError('not_found')
  const message = [CATALOGUE[code].summary.replace('{0}', () => about), ...causes].join(' ')
  throw new DomainError('invalid_request', { message })
}
