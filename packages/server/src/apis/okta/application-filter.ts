import { RequestRefused } from './request-refused.ts'

/** What a filter asks for; `undefined` where nothing can have it. */
export interface ApplicationFilter {
  readonly id?: string
  readonly status?: 'ACTIVE' | 'INACTIVE'
}

const CLAUSE = /^\s*(id|name|status)\s+eq\s+"([^"\\]{0,100})"\s*$/i

/**
 * Reads a filter expression: `id`, `name` or `status`, each `eq` a text, joined by `and`.
 *
 * @throws RequestRefused E0000031 for anything else
 */
export function readApplicationFilter(filter: string): ApplicationFilter | undefined {
  const wanted = new Map<string, string>()
  for (const clause of filter.split(/\s+and\s+/i)) {
    const [, attribute, value] = CLAUSE.exec(clause) ?? []
    if (attribute === undefined || value === undefined) throw new RequestRefused({ code: 'E0000031' })
    const name = attribute.toLowerCase()
    if (wanted.has(name) && wanted.get(name) !== value) return undefined
    wanted.set(name, value)
  }
  const id = wanted.get('id')
  const status = wanted.get('status')
  if ((wanted.get('name') ?? 'oidc_client') !== 'oidc_client') return undefined
  if (status !== undefined && status !== 'ACTIVE' && status !== 'INACTIVE') return undefined
  return { ...(id !== undefined && { id }), ...(status !== undefined && { status }) }
}
