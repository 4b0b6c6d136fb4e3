import { parsePosition } from '@rescind/core/log'
import type { Grant } from './lease.ts'
import { WHEN_STALE } from './options.ts'

/** The authority refused. `code` is its own. */
export class AuthorityRefusal extends Error {
  override readonly name = 'AuthorityRefusal'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(`the authority answered ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

/** What a refusal with this body says. */
export function refusalIn(status: number, { code }: Partial<Record<string, unknown>>): AuthorityRefusal {
  return new AuthorityRefusal(status, typeof code === 'string' ? code : '')
}

/** The members of a JSON object; none where it is something else. */
export function parseObject(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  } catch {
    return {}
  }
}

/** @throws Error where the answer to an acknowledgement is no lease */
export function grantIn(body: Partial<Record<string, unknown>>): Grant {
  const head = typeof body.head === 'string' ? parsePosition(body.head) : undefined
  const whenStale = WHEN_STALE.find((each) => each === body.whenStale)
  const { view, maxStaleness } = body
  if (head === undefined || whenStale === undefined || typeof view !== 'string')
    throw new Error('no lease in the answer')
  if (typeof maxStaleness !== 'number' || !(maxStaleness > 0)) throw new Error('no staleness in the answer')
  return { head, view, maxStaleness, whenStale }
}
