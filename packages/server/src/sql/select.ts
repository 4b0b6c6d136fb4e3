import type { ColumnType } from './catalogue/index.ts'
import { SUBDOMAIN } from './catalogue/index.ts'
import { shapeOf, typeOf } from './cells.ts'
import { LIMITS } from './limits.ts'
import { conjuncts } from './plan/narrowing.ts'
import { planQuery, type QueryPlan } from './plan/plan-query.ts'
import { type Reading, readingOrder } from './plan/reading-order.ts'
import { readTables } from './read-tables.ts'
import type { ResultColumn, StatementResult } from './result.ts'
import type { FilledTable, RelationalAnswer } from './sandbox/process.ts'
import type { StatementRun } from './statement-run.ts'
import { type Expression, printQuery, type Query } from './syntax/index.ts'

/** Reads what a query names and lets the engine do the rest. */
export async function runQuery(run: StatementRun, query: Query): Promise<StatementResult> {
  const plan = planQuery(query)
  const readings = readingOrder(plan.uses)
  const tables = await readTables(run, readings, rowsWanted(query, readings))
  return { command: 'SELECT', ...(await relate(run, plan, tables)) }
}

/** The columns that a query would answer; nothing is read. */
export async function describeQuery(run: StatementRun, query: Query): Promise<readonly ResultColumn[]> {
  const plan = planQuery(query)
  const empty = plan.uses.map((use) => ({ ...shapeOf(use.resource, use.table), rows: [] }))
  const { columns } = await run.services.processes.query(empty, printQuery(plan.query), { run: false })
  return resultColumns(plan, columns)
}

export async function relate(
  run: StatementRun,
  plan: QueryPlan,
  tables: readonly FilledTable[],
): Promise<Pick<StatementResult, 'columns' | 'rows'>> {
  const { services, signal } = run
  const { columns, rows } = await services.processes.query(tables, printQuery(plan.query), { signal })
  return { columns: resultColumns(plan, columns), rows }
}

function resultColumns({ query }: QueryPlan, columns: RelationalAnswer['columns']): ResultColumn[] {
  const { first } = query
  const values =
    first.type === 'select' && first.projections.every((one) => one.type === 'value') ? first.projections : []
  return columns.map(({ name, type }, index) => ({
    name,
    type: typeOf(type) ?? computedType(values[index]?.value),
  }))
}

const INTEGERS = new Set(
  `count length instr sign unicode unixepoch json_array_length json_valid row_number rank dense_rank`.split(
    ' ',
  ),
)
const REALS = new Set(['avg', 'total', 'julianday', 'round'])

/** What a computed value is, as far as it can be told before there is one. */
function computedType(value: Expression | undefined): ColumnType {
  switch (value?.type) {
    case 'number':
      return /^[0-9]+$/.test(value.digits) ? 'integer' : 'real'
    case 'boolean':
    case 'between':
    case 'in':
    case 'like':
    case 'exists':
      return 'boolean'
    case 'call':
      if (INTEGERS.has(value.name)) return 'integer'
      return REALS.has(value.name) ? 'real' : 'text'
    case 'cast':
      return value.to === 'numeric' ? 'real' : value.to
    case 'unary':
      return value.operator === 'not' ? 'boolean' : computedType(value.operand)
    case 'binary':
      if (['+', '-', '*', '/', '%'].includes(value.operator)) return 'real'
      return ['||', '->', '->>'].includes(value.operator) ? 'text' : 'boolean'
    default:
      return 'text'
  }
}

/**
 * How many rows the statement can use of its one resource: its LIMIT, where nothing but that LIMIT and parameters
 * stand between the resource and the answer.
 */
function rowsWanted(query: Query, readings: readonly Reading[]): number {
  const { first, limit, offset } = query
  const [reading] = readings
  const isPlain =
    readings.length === 1 &&
    query.with.length + query.rest.length + query.orderBy.length === 0 &&
    first.type === 'select' &&
    !first.distinct &&
    first.from?.first.type === 'table' &&
    first.from.joins.length === 0 &&
    first.groupBy.length === 0 &&
    first.having === undefined &&
    first.projections.every((one) => one.type === 'star' || one.value.type === 'column')
  if (!isPlain || reading === undefined || limit?.type !== 'number') return LIMITS.rowsPerTable
  const known = new Set([...reading.method.required, ...reading.method.optional, SUBDOMAIN])
  if (!conjuncts(first.where).every((part) => isSettled(part, known))) return LIMITS.rowsPerTable
  const skipped = offset === undefined ? 0 : offset.type === 'number' ? Number(offset.digits) : Number.NaN
  const wanted = Number(limit.digits) + skipped
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, LIMITS.rowsPerTable) : LIMITS.rowsPerTable
}

/** Whether a condition is one that reading by parameters has met already. */
function isSettled(part: Expression, known: ReadonlySet<string>): boolean {
  if (part.type !== 'binary' || part.operator !== '=' || part.left.type !== 'column') return false
  return known.has(part.left.path.at(-1) ?? '') && part.right.type === 'text'
}
