/** The tree of a statement. Plain data: what was parsed is printed from it, planned over it, and never passed on as text. */

export type Expression =
  | { readonly type: 'text'; readonly value: string }
  /** As it was written: no double would hold every number. */
  | { readonly type: 'number'; readonly digits: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' }
  /** `$1` is 1. */
  | { readonly type: 'parameter'; readonly number: number }
  /** From `column` up to `provider.service.resource.column`. */
  | { readonly type: 'column'; readonly path: readonly string[] }
  | Call
  | { readonly type: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly type: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly type: 'between'
      readonly negated: boolean
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
    }
  | {
      readonly type: 'in'
      readonly negated: boolean
      readonly operand: Expression
      readonly among: readonly Expression[] | Query
    }
  | {
      readonly type: 'like'
      readonly operator: 'like' | 'glob'
      readonly negated: boolean
      readonly operand: Expression
      readonly pattern: Expression
      readonly escape?: Expression
    }
  | {
      readonly type: 'case'
      readonly operand?: Expression
      readonly branches: readonly { readonly when: Expression; readonly result: Expression }[]
      readonly otherwise?: Expression
    }
  | { readonly type: 'cast'; readonly operand: Expression; readonly to: CastType }
  | { readonly type: 'exists'; readonly query: Query }
  | { readonly type: 'scalar'; readonly query: Query }

export interface Call {
  readonly type: 'call'
  /** In lower case. */
  readonly name: string
  readonly distinct: boolean
  /** `count(*)` */
  readonly star: boolean
  readonly arguments: readonly Expression[]
  readonly filter?: Expression
  readonly over?: { readonly partitionBy: readonly Expression[]; readonly orderBy: readonly Ordering[] }
}

export const BINARY_OPERATORS = [
  'or',
  'and',
  'is',
  'is not',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '->',
  '->>',
] as const
export type BinaryOperator = (typeof BINARY_OPERATORS)[number]
export type UnaryOperator = 'not' | '-' | '+'

export const CAST_TYPES = ['text', 'integer', 'real', 'numeric'] as const
export type CastType = (typeof CAST_TYPES)[number]

export interface Ordering {
  readonly by: Expression
  readonly descending: boolean
  readonly nulls?: 'first' | 'last'
}

export type Projection =
  /** `*`, or `t.*` */
  | { readonly type: 'star'; readonly of: readonly string[] }
  | { readonly type: 'value'; readonly value: Expression; readonly alias?: string }

export type Source =
  /** A resource, or the name of a common table expression. */
  | { readonly type: 'table'; readonly name: readonly string[]; readonly alias?: string }
  | { readonly type: 'derived'; readonly query: Query; readonly alias: string }
  | { readonly type: 'function'; readonly call: Call; readonly alias?: string }

export const JOINS = ['inner', 'left', 'right', 'full', 'cross'] as const

export interface Join {
  readonly kind: (typeof JOINS)[number]
  readonly source: Source
  readonly on?: Expression
  readonly using?: readonly string[]
}

export type Core =
  | {
      readonly type: 'select'
      readonly distinct: boolean
      readonly projections: readonly Projection[]
      readonly from?: { readonly first: Source; readonly joins: readonly Join[] }
      readonly where?: Expression
      readonly groupBy: readonly Expression[]
      readonly having?: Expression
    }
  | { readonly type: 'values'; readonly rows: readonly (readonly Expression[])[] }

export interface Query {
  readonly type: 'query'
  readonly recursive: boolean
  readonly with: readonly {
    readonly name: string
    readonly columns: readonly string[]
    readonly query: Query
  }[]
  readonly first: Core
  readonly rest: readonly { readonly operator: SetOperator; readonly core: Core }[]
  readonly orderBy: readonly Ordering[]
  readonly limit?: Expression
  readonly offset?: Expression
}

export const SET_OPERATORS = ['union', 'union all', 'intersect', 'except'] as const
export type SetOperator = (typeof SET_OPERATORS)[number]

export interface Assignment {
  readonly name: string
  readonly value: Expression
}

export type Statement =
  | { readonly type: 'select'; readonly query: Query }
  | {
      readonly type: 'insert'
      readonly resource: readonly string[]
      readonly columns: readonly string[]
      readonly source: Query
      readonly returning: readonly Projection[]
    }
  | {
      /** `replace` is an update that says everything. */
      readonly type: 'update' | 'replace'
      readonly resource: readonly string[]
      readonly set: readonly Assignment[]
      readonly where?: Expression
      readonly returning: readonly Projection[]
    }
  | {
      readonly type: 'delete'
      readonly resource: readonly string[]
      readonly where?: Expression
      readonly returning: readonly Projection[]
    }
  | {
      readonly type: 'exec'
      /** The resource and its method. */
      readonly method: readonly string[]
      readonly hints: readonly Hint[]
      readonly parameters: readonly Assignment[]
      /** JSON. */
      readonly payload?: Expression
    }
  | Show
  | { readonly type: 'describe'; readonly extended: boolean; readonly resource: readonly string[] }
  | { readonly type: 'describe method'; readonly extended: boolean; readonly method: readonly string[] }
  | { readonly type: 'explain'; readonly statement: Explained }

/** What can be explained without being done. */
export type Explained = Exclude<Statement, { type: 'explain' | 'describe' | 'describe method' | 'show' }>

export const SHOWN = ['services', 'resources', 'methods'] as const

export interface Show {
  readonly type: 'show'
  readonly what: 'providers' | (typeof SHOWN)[number] | 'insert into' | 'auth'
  readonly extended: boolean
  /** Where to look; empty for providers. */
  readonly of: readonly string[]
  readonly like?: string
}

/** `AWAIT` is how every statement here runs; `SHOWRESULTS` answers an EXEC with rows. */
export const HINTS = ['AWAIT', 'SHOWRESULTS'] as const
export type Hint = (typeof HINTS)[number]
