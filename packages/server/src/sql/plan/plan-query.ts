import { requireResource } from '../catalogue/index.ts'
import { argumentsOf, TABLE_FUNCTIONS } from '../sandbox/functions.ts'
import {
  type Call,
  type Core,
  type Expression,
  faultyStatement,
  type Join,
  type Ordering,
  type Projection,
  type Query,
  type Source,
} from '../syntax/index.ts'
import { narrow } from './narrowing.ts'
import { Scope, TableUse } from './uses.ts'

/** A query over the tables of the resources that it names. */
export interface QueryPlan {
  readonly uses: readonly TableUse[]
  /** The tree that the engine gets: each resource replaced by its table, each star by its columns. */
  readonly query: Query
}

/** The most places in a statement where resources, functions and brackets stand for tables. */
const MOST_SOURCES = 30

/**
 * Finds the resources in a query and what it says of their columns.
 *
 * @throws DomainError `sql_invalid` for a resource or function that there is not
 */
export function planQuery(query: Query): QueryPlan {
  const planner = new Planner()
  return { query: planner.query(query, undefined), uses: planner.uses }
}

/** RETURNING as a query over what a change answers. */
export function returningQuery(path: readonly string[], projections: readonly Projection[]): Query {
  const from = { first: { type: 'table', name: path } as const, joins: [] }
  const first: Core = { type: 'select', distinct: false, projections, from, groupBy: [] }
  return { type: 'query', recursive: false, with: [], first, rest: [], orderBy: [] }
}

class Planner {
  readonly uses: TableUse[] = []
  #sources = 0

  query(query: Query, outer: Scope | undefined): Query {
    const names = new Set(query.with.map(({ name }) => name))
    const around = new Scope(outer, new Set([...(outer?.commonTables ?? []), ...names]))
    const common = query.with.map((table) => ({ ...table, query: this.query(table.query, around) }))
    const first = this.#core(query.first, around)
    const rest = query.rest.map(({ operator, core }) => ({ operator, core: this.#core(core, around).core }))
    // What a query is ordered by may name the columns of its only part.
    const { scope } = first
    return {
      ...query,
      with: common,
      first: first.core,
      rest,
      orderBy: query.orderBy.map((one) => this.#ordering(one, scope)),
      ...(query.limit !== undefined && { limit: this.#expression(query.limit, scope) }),
      ...(query.offset !== undefined && { offset: this.#expression(query.offset, scope) }),
    }
  }

  #core(core: Core, around: Scope): { core: Core; scope: Scope } {
    const scope = new Scope(around, around.commonTables)
    if (core.type === 'values')
      return {
        core: { ...core, rows: core.rows.map((row) => row.map((cell) => this.#expression(cell, scope))) },
        scope,
      }
    const from = core.from && this.#from(core.from, scope)
    narrow(core.where, scope)
    return {
      scope,
      core: {
        ...core,
        ...(from !== undefined && { from }),
        projections: core.projections.flatMap((one) => this.#projection(one, scope)),
        ...(core.where !== undefined && { where: this.#expression(core.where, scope) }),
        groupBy: core.groupBy.map((one) => this.#expression(one, scope)),
        ...(core.having !== undefined && { having: this.#expression(core.having, scope) }),
      },
    }
  }

  #from(from: NonNullable<Extract<Core, { type: 'select' }>['from']>, scope: Scope) {
    const first = this.#source(from.first, scope)
    const joined = from.joins.map((join) => ({ join, source: this.#source(join.source, scope) }))
    const joins = joined.map(({ join, source }): Join => {
      this.#narrowJoin(join, scope)
      return { ...join, source, ...(join.on !== undefined && { on: this.#expression(join.on, scope) }) }
    })
    return { first, joins }
  }

  /** An outer join keeps rows for which its condition does not hold: it narrows only what it may leave out. */
  #narrowJoin({ kind, on, source }: Join, scope: Scope): void {
    if (kind === 'inner' || kind === 'cross') narrow(on, scope)
    if (kind !== 'left') return
    const joined = scope.tables.get(calledIn(source))
    if (joined instanceof TableUse) narrow(on, scope, joined)
  }

  #source(source: Source, scope: Scope): Source {
    this.#sources += 1
    if (this.#sources > MOST_SOURCES) throw faultyStatement(`a statement may read ${MOST_SOURCES} tables`)
    const alias = calledIn(source)
    if (scope.tables.has(alias)) throw faultyStatement('two tables have one name: give them names by AS')
    if (source.type === 'derived') {
      scope.tables.set(alias, 'other')
      return { ...source, query: this.query(source.query, scope.outer) }
    }
    if (source.type === 'function') {
      scope.tables.set(alias, 'other')
      if (!TABLE_FUNCTIONS.has(source.call.name))
        throw faultyStatement(`the functions that give tables are ${[...TABLE_FUNCTIONS].join(' and ')}`)
      return {
        ...source,
        alias,
        call: { ...source.call, arguments: this.#all(source.call.arguments, scope) },
      }
    }
    if (source.name.length === 1 && scope.commonTables.has(source.name[0] ?? '')) {
      scope.tables.set(alias, 'other')
      return { ...source, alias }
    }
    const use = new TableUse(`t${this.uses.length}`, requireResource(source.name), alias)
    this.uses.push(use)
    scope.tables.set(alias, use)
    return { type: 'table', name: [use.table], alias }
  }

  #projection(projection: Projection, scope: Scope): Projection[] {
    if (projection.type === 'value') {
      const value = this.#expression(projection.value, scope)
      return [{ type: 'value', value, alias: projection.alias ?? headingOf(projection.value) }]
    }
    if (projection.of.length > 1) {
      const use = scope.findResource(projection.of)
      if (use === undefined) throw faultyStatement('what stands before .* is no table of the statement')
      return columnsOfUse(use)
    }
    const [alias] = projection.of
    const named =
      alias === undefined ? [...scope.tables] : [...scope.tables].filter(([name]) => name === alias)
    if (named.length === 0) throw faultyStatement('what stands before .* is no table of the statement')
    return named.flatMap(([name, table]) =>
      table === 'other' ? [{ type: 'star', of: [name] } as const] : columnsOfUse(table),
    )
  }

  #ordering(ordering: Ordering, scope: Scope): Ordering {
    return { ...ordering, by: this.#expression(ordering.by, scope) }
  }

  #all(expressions: readonly Expression[], scope: Scope): Expression[] {
    return expressions.map((one) => this.#expression(one, scope))
  }

  #expression(expression: Expression, scope: Scope): Expression {
    const inner = (one: Expression) => this.#expression(one, scope)
    switch (expression.type) {
      case 'text':
      case 'number':
      case 'boolean':
      case 'null':
      case 'parameter':
        return expression
      case 'column':
        return this.#column(expression, scope)
      case 'call':
        return this.#call(expression, scope)
      case 'unary':
      case 'cast':
        return { ...expression, operand: inner(expression.operand) }
      case 'binary':
        return { ...expression, left: inner(expression.left), right: inner(expression.right) }
      case 'between': {
        const { operand, low, high } = expression
        return { ...expression, operand: inner(operand), low: inner(low), high: inner(high) }
      }
      case 'in': {
        const { operand, among } = expression
        return {
          ...expression,
          operand: inner(operand),
          among: 'type' in among ? this.query(among, scope) : among.map(inner),
        }
      }
      case 'like': {
        const { operand, pattern, escape: escapedBy } = expression
        return {
          ...expression,
          operand: inner(operand),
          pattern: inner(pattern),
          ...(escapedBy !== undefined && { escape: inner(escapedBy) }),
        }
      }
      case 'case': {
        const { operand, branches, otherwise } = expression
        return {
          ...expression,
          ...(operand !== undefined && { operand: inner(operand) }),
          branches: branches.map(({ when, result }) => ({ when: inner(when), result: inner(result) })),
          ...(otherwise !== undefined && { otherwise: inner(otherwise) }),
        }
      }
      case 'exists':
      case 'scalar':
        return { ...expression, query: this.query(expression.query, scope) }
    }
  }

  /** `okta.apps.jwks.kid` becomes the column of what the statement calls that table. */
  #column(column: Extract<Expression, { type: 'column' }>, scope: Scope): Expression {
    if (column.path.length <= 2) return column
    const use = scope.findResource(column.path.slice(0, -1))
    const name = column.path.at(-1)
    if (use === undefined || name === undefined)
      throw faultyStatement('a column names a table that the statement does not read')
    return { type: 'column', path: [use.alias, name] }
  }

  #call(call: Call, scope: Scope): Call {
    const range = argumentsOf(call.name)
    if (range === undefined) throw faultyStatement(`there is no function ${call.name}`)
    const [least, most] = range
    const given = call.arguments.length
    if (given < least || given > most || (call.star && call.name !== 'count'))
      throw faultyStatement(`${call.name} takes ${least === most ? least : `${least} to ${most}`} arguments`)
    return {
      ...call,
      arguments: this.#all(call.arguments, scope),
      ...(call.filter !== undefined && { filter: this.#expression(call.filter, scope) }),
      ...(call.over !== undefined && {
        over: {
          partitionBy: this.#all(call.over.partitionBy, scope),
          orderBy: call.over.orderBy.map((one) => this.#ordering(one, scope)),
        },
      }),
    }
  }
}

function calledIn(source: Source): string {
  if (source.alias !== undefined) return source.alias
  if (source.type === 'function') return source.call.name
  return source.type === 'table' ? (source.name.at(-1) ?? '') : ''
}

function columnsOfUse({ alias, resource }: TableUse): Projection[] {
  return resource.columns.map(({ name }) => ({
    type: 'value',
    value: { type: 'column', path: [alias, name] },
    alias: name,
  }))
}

/** What a value is called that was given no name. */
function headingOf(value: Expression): string {
  if (value.type === 'column') return value.path.at(-1) ?? 'column'
  if (value.type === 'call') return value.name
  return value.type === 'cast' ? headingOf(value.operand) : '?column?'
}
