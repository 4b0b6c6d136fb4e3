import type { Column, ColumnType, Resource } from './catalogue/index.ts'
import { parametersOf } from './catalogue/index.ts'
import type { Cell, TableShape } from './sandbox/messages.ts'

/** How a column is declared to the engine: by a type that says, read back, what it was. */
const DECLARED: Readonly<Record<ColumnType, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  real: 'REAL',
  boolean: 'INT_BOOLEAN',
  timestamp: 'TEXT_TIMESTAMP',
  json: 'TEXT_JSON',
}
const BY_DECLARATION: ReadonlyMap<string, ColumnType> = new Map(
  Object.entries(DECLARED).map(([type, declared]) => [declared, columnType(type)]),
)

function columnType(name: string): ColumnType {
  const types: readonly ColumnType[] = ['text', 'integer', 'real', 'boolean', 'timestamp', 'json']
  return types.find((type) => type === name) ?? 'text'
}

/** What a value of the engine is, by the column that it was taken from. */
export function typeOf(declared: string | null): ColumnType | undefined {
  return declared === null ? undefined : BY_DECLARATION.get(declared)
}

/** The table of a resource: its columns, then the parameters that are no columns. */
export function shapeOf(resource: Resource, table: string): TableShape {
  return {
    name: table,
    columns: [
      ...resource.columns.map(({ name, type }) => ({ name, type: DECLARED[type] })),
      ...parametersOf(resource).map((name) => ({ name, type: DECLARED.text })),
    ],
  }
}

/**
 * One row of the table of a resource.
 *
 * @param parameters by which it was read
 */
export function rowOf(resource: Resource, shown: object, parameters: ReadonlyMap<string, string>): Cell[] {
  return [
    ...resource.columns.map((column) => cellOf(column, shown)),
    ...parametersOf(resource).map((name) => parameters.get(name) ?? null),
  ]
}

function cellOf({ name, from = [name] }: Column, shown: object): Cell {
  let value: unknown = shown
  for (const member of from)
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, member)
        ? Reflect.get(value, member)
        : undefined
  if (typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return value === undefined || value === null ? null : JSON.stringify(value, withoutSecrets)
}

/** Members of representations that carry a secret in the answer that creates it. */
export const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  'client_secret',
  'password',
  'value',
  'token',
  'secret',
])

/** What HTTP shows once, to whoever made it, SQL does not show at all. */
function withoutSecrets(member: string, value: unknown): unknown {
  return member === 'client_secret' ? undefined : value
}
