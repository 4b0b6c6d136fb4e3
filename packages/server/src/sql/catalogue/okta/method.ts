import { setImmediate } from 'node:timers/promises'
import { DomainError } from '../../../errors/index.ts'
import type { Column, Method, MethodAnswer, MethodCall, Verb } from '../resource.ts'

interface OktaMethod {
  readonly name: string
  readonly verb: Verb
  readonly description: string
  /** `GET /apps/{appId}`: its parameters are required. */
  readonly place: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`
  /** Query parameters that narrow a list. */
  readonly query?: readonly string[]
  /** A list that comes in pages. */
  readonly paged?: boolean
  readonly body?: readonly Column[]
  /** The member of the answer that has the rows. */
  readonly rowsIn?: string
}

/** The largest page of the Okta API. */
const LARGEST_PAGE = 200

/** A method that is an operation of the Okta Management API: same rights, same rules, same representation. */
export function oktaMethod({ name, verb, description, place, ...how }: OktaMethod): Method {
  const { query = [], paged = false, body = [], rowsIn } = how
  const required = [...place.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter)
  const [method, path] = place.split(' ')
  return {
    name,
    verb,
    description,
    required,
    optional: query,
    body,
    operation: `${method} /api/v1${path}`,
    ...(rowsIn !== undefined && { objectKey: `$.${rowsIn}` }),
    async run(call) {
      const { services, actor, parameters } = call
      const operation = services.okta.get(place)
      if (operation === undefined) throw new TypeError(`the Okta API has no ${place}`)
      const params = chosen(parameters, required)
      const given = chosen(parameters, query)
      if (paged)
        return readPages(call, (page) => operation(actor, { params, query: { ...given, ...page } }), rowsIn)
      const hasBody = method === 'POST' || method === 'PUT'
      const { answer } = await operation(actor, { params, query: given, ...(hasBody && { body: call.body }) })
      return { rows: rowsOf(answer, rowsIn) }
    },
  }
}

type Page = (
  page: Readonly<Record<string, string>>,
) => Promise<{ readonly answer: unknown; readonly next?: string }>

async function readPages(
  { limit }: MethodCall,
  read: Page,
  rowsIn: string | undefined,
): Promise<MethodAnswer> {
  const rows: object[] = []
  let after: string | undefined
  do {
    const size = Math.min(LARGEST_PAGE, limit - rows.length)
    const page = await read({ limit: String(size), ...(after !== undefined && { after }) })
    rows.push(...rowsOf(page.answer, rowsIn))
    after = page.next
    // Where reading does not wait for anything, others would wait for all of it.
    await setImmediate()
  } while (after !== undefined && rows.length < limit)
  return { rows, more: after !== undefined }
}

function chosen(parameters: ReadonlyMap<string, string>, names: readonly string[]): Record<string, string> {
  const found: [string, string][] = []
  for (const name of names) {
    const value = parameters.get(name)
    if (value !== undefined) found.push([name, value])
  }
  return Object.fromEntries(found)
}

function rowsOf(answer: unknown, rowsIn: string | undefined): readonly object[] {
  if (answer === undefined) return []
  const found: unknown = rowsIn !== undefined && isObject(answer) ? Reflect.get(answer, rowsIn) : answer
  const rows: readonly unknown[] = Array.isArray(found) ? found : [found]
  if (!rows.every(isObject)) throw new DomainError('internal')
  return rows
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
