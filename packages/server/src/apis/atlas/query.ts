import { refusal } from './errors/refusal.ts'

/** A query as it came: each name with its values in order. */
export type QueryValues = ReadonlyMap<string, readonly string[]>

/** What any operation understands in its query; what stands for nothing there is ignored, as by the real service. */
export interface CommonQuery {
  readonly pretty: boolean
  readonly envelope: boolean
  readonly includeCount: boolean
  /** From 1 on. */
  readonly pageNum: number
  readonly itemsPerPage: number
}

const MOST_ITEMS = 500
const DEFAULT_ITEMS = 100

/** @throws AtlasRefusal `INVALID_QUERY_PARAMETER` for a value that is none of the parameter's */
export function readCommonQuery(values: QueryValues): CommonQuery {
  return {
    pretty: flag(values, 'pretty', false),
    envelope: flag(values, 'envelope', false),
    includeCount: flag(values, 'includeCount', true),
    pageNum: integer(values, 'pageNum', 1, Number.MAX_SAFE_INTEGER / MOST_ITEMS),
    itemsPerPage: integer(values, 'itemsPerPage', DEFAULT_ITEMS, MOST_ITEMS),
  }
}

/** The query of an address, its parameters decoded. */
export function queryValues(url: string): QueryValues {
  const values = new Map<string, string[]>()
  const start = url.indexOf('?')
  if (start < 0) return values
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    if (name.includes('\0') || value.includes('\0')) throw refusal('INVALID_QUERY_PARAMETER', 'NUL')
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return values
}

/** The one value of a parameter. @throws AtlasRefusal where it is given twice */
export function single(values: QueryValues, name: string): string | undefined {
  const [value, ...others] = values.get(name) ?? []
  if (others.length > 0) throw refusal('INVALID_QUERY_PARAMETER', name)
  return value
}

/** The values of a parameter that may be repeated. @throws AtlasRefusal for one that is not among these */
export function several<Value extends string>(
  values: QueryValues,
  name: string,
  allowed: readonly Value[],
): readonly Value[] | undefined {
  return values.get(name)?.map((given) => {
    const known = allowed.find((value) => value === given)
    if (known === undefined) throw refusal('INVALID_ENUM_VALUE', given.slice(0, 64))
    return known
  })
}

export function flag(values: QueryValues, name: string, byDefault: boolean): boolean {
  const value = single(values, name)
  if (value === undefined) return byDefault
  if (value === 'true' || value === 'false') return value === 'true'
  throw refusal('INVALID_QUERY_PARAMETER', name)
}

function integer(values: QueryValues, name: string, byDefault: number, most: number): number {
  const value = single(values, name)
  if (value === undefined) return byDefault
  const number = /^[1-9]\d{0,15}$/.test(value) ? Number(value) : 0
  if (number < 1 || number > most) throw refusal('INVALID_QUERY_PARAMETER', name)
  return number
}
