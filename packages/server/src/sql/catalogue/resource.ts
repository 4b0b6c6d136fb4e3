import type { Actor } from '../../authority/index.ts'
import type { SqlServices } from '../services.ts'

/** `json` is text that the JSON functions read; `boolean` is 0 or 1; `timestamp` is RFC 3339 in UTC. */
export const COLUMN_TYPES = ['text', 'integer', 'real', 'boolean', 'timestamp', 'json'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly description: string
  /** Where it is in what a method answers: the member of its own name unless told. */
  readonly from?: readonly string[]
  /** It may be given and never read, and stands in no audit trail. */
  readonly secret?: boolean
  /** It is read only to be refused, so nobody is told to give it. */
  readonly refused?: boolean
}

export const VERBS = ['select', 'insert', 'update', 'replace', 'delete', 'exec'] as const
export type Verb = (typeof VERBS)[number]

/** What one call of a method is given. */
export interface MethodCall {
  readonly services: SqlServices
  readonly actor: Actor
  readonly parameters: ReadonlyMap<string, string>
  /** The other columns of an INSERT, an UPDATE or a REPLACE, or the payload of an EXEC. */
  readonly body: Readonly<Record<string, unknown>>
  /** Rows that are wanted at most. */
  readonly limit: number
}

/** What a method answers: rows as objects, of which the columns take their members. */
export interface MethodAnswer {
  readonly rows: readonly object[]
  /** Whether there are more rows than were wanted. */
  readonly more?: boolean
}

/** One way to read or change a resource: the SQL verb, what it needs, and the command of the domain behind it. */
export interface Method {
  readonly name: string
  readonly verb: Verb
  readonly description: string
  /** Parameters without which it cannot be called. */
  readonly required: readonly string[]
  /** Parameters that narrow what it reads before it is read. */
  readonly optional: readonly string[]
  /** What may be said beside the parameters. */
  readonly body: readonly Column[]
  /** The operation of the HTTP API that does the same: `GET /api/v1/apps/{appId}`. */
  readonly operation?: string
  /** Where in its answer the rows are; the answer itself unless told. */
  readonly objectKey?: string
  /** An EXEC that changes nothing. */
  readonly reads?: boolean
  /** An EXEC that answers rows, also without a hint; then these are its columns. */
  readonly shows?: readonly Column[]
  run(call: MethodCall): Promise<MethodAnswer>
}

/** What SQL calls a table. */
export interface Resource {
  readonly provider: 'okta' | 'rescind'
  readonly service: string
  readonly name: string
  readonly description: string
  readonly columns: readonly Column[]
  /** Of the methods of a verb the first whose required parameters are all there is called. */
  readonly methods: readonly Method[]
}

/** Every resource has it: the organization's own, or the statement is refused. */
export const SUBDOMAIN = 'subdomain'

export function nameOf({ provider, service, name }: Resource): string {
  return `${provider}.${service}.${name}`
}

/** Parameters of the resource's methods that are no columns: they can be compared with, and selected by name. */
export function parametersOf({ columns, methods }: Resource): readonly string[] {
  const shown = new Set(columns.map(({ name }) => name))
  const named = methods.flatMap(({ required, optional }) => [...required, ...optional])
  return [...new Set([...named, SUBDOMAIN])].filter((name) => !shown.has(name))
}

type Described = readonly [name: string, description: string]

const columnOf =
  (type: ColumnType) =>
  (name: string, description: string, from?: string): Column => ({
    name,
    type,
    description,
    ...(from !== undefined && { from: from.split('.') }),
  })

export const text = columnOf('text')
export const integer = columnOf('integer')
export const boolean = columnOf('boolean')
export const timestamp = columnOf('timestamp')
export const json = columnOf('json')

/** What can be given and is never shown. */
export function secret(...[name, description]: Described): Column {
  return { name, type: 'text', description, secret: true }
}
