import { setImmediate } from 'node:timers/promises'
import { DomainError } from '../errors/index.ts'
import { type Method, nameOf, SUBDOMAIN } from './catalogue/index.ts'
import { rowOf, shapeOf } from './cells.ts'
import { inParts } from './in-parts.ts'
import { LIMITS } from './limits.ts'
import type { Reading } from './plan/reading-order.ts'
import type { TableUse } from './plan/uses.ts'
import type { Cell } from './sandbox/messages.ts'
import type { FilledTable } from './sandbox/process.ts'
import { exceeded, type StatementRun } from './statement-run.ts'

type Parameters = ReadonlyMap<string, string>

/**
 * Reads the resources of a statement, each by the commands of the domain, in the order that was found.
 *
 * @param most rows that are wanted of each at most, where the statement wants no more
 */
export async function readTables(
  run: StatementRun,
  readings: readonly Reading[],
  most: number = LIMITS.rowsPerTable,
): Promise<readonly FilledTable[]> {
  const tables = new Map<TableUse, FilledTable>()
  for (const reading of readings) tables.set(reading.use, await readTable(run, reading, tables, most))
  return [...tables.values()]
}

async function readTable(
  run: StatementRun,
  { use, method }: Reading,
  tables: ReadonlyMap<TableUse, FilledTable>,
  most: number,
): Promise<FilledTable> {
  run.requireOwn(use.constants.get(SUBDOMAIN) ?? [])
  const rows: Cell[][] = []
  const calls = parametersOfCalls(use, method, tables)
  for (const parameters of calls) {
    run.call()
    const limit = most - rows.length
    const answer = await read(run, method, parameters, limit, calls.length > 1)
    const given = new Map([...parameters, [SUBDOMAIN, run.subdomain]])
    for await (const some of inParts(answer.rows))
      for (const shown of some) {
        const row = rowOf(use.resource, shown, given)
        run.row(row)
        rows.push(row)
      }
    const isFull = answer.more === true || answer.rows.length > limit
    if (isFull && most === LIMITS.rowsPerTable)
      throw exceeded(`${nameOf(use.resource)} has more than ${most} rows here: narrow it by its parameters`)
    if (isFull) break
    // A long statement takes its turns between those who ask shorter things.
    await setImmediate()
  }
  return { ...shapeOf(use.resource, use.table), rows }
}

/** One that is asked for by name has to be there; of several, or of what another table names, some may be gone. */
async function read(
  run: StatementRun,
  method: Method,
  parameters: Parameters,
  limit: number,
  several: boolean,
) {
  const { services, actor } = run
  try {
    return await method.run({ services, actor, parameters, body: {}, limit })
  } catch (failure) {
    if (several && failure instanceof DomainError && failure.code === 'not_found') return { rows: [] }
    throw failure
  }
}

/** The parameters of each call: every value that the statement gives, with every value of what was read before. */
function parametersOfCalls(
  use: TableUse,
  method: Method,
  tables: ReadonlyMap<TableUse, FilledTable>,
): readonly Parameters[] {
  let calls: Parameters[] = [new Map()]
  for (const name of [...method.required, ...method.optional]) {
    const values = use.constants.get(name)
    if (values === undefined) continue
    calls = crossed(
      calls,
      [...values].map((value) => new Map([[name, value]])),
    )
  }
  const open = method.required.filter((name) => !use.constants.has(name))
  for (const [of, names] of bySource(use, open, tables)) {
    const table = tables.get(of)
    if (table === undefined) throw new TypeError('a table that was read before is not there')
    calls = crossed(calls, distinct(of, table, names))
  }
  return calls
}

/** Which parameters come from which table: those of one table go together, row by row. */
function bySource(
  use: TableUse,
  names: readonly string[],
  tables: ReadonlyMap<TableUse, FilledTable>,
): ReadonlyMap<TableUse, ReadonlyMap<string, string>> {
  const sources = new Map<TableUse, Map<string, string>>()
  for (const name of names) {
    const equal = use.equals.find(({ column, of }) => column === name && tables.has(of))
    if (equal === undefined) throw new TypeError('a parameter was thought to be known')
    const known = sources.get(equal.of) ?? new Map<string, string>()
    sources.set(equal.of, known.set(name, equal.other))
  }
  return sources
}

/** The different values of some columns, of the rows that can still be in the answer. */
function distinct(use: TableUse, table: FilledTable, names: ReadonlyMap<string, string>): Parameters[] {
  const place = (column: string) => table.columns.findIndex(({ name }) => name === column)
  const conditions = [...use.constants].map(([column, values]) => ({ index: place(column), values }))
  const wanted = [...names].map(([name, column]) => ({ name, index: place(column) }))
  const found = new Map<string, Parameters>()
  for (const row of table.rows) {
    const fits = conditions.every(({ index, values }) => index < 0 || values.has(String(row[index])))
    const values = wanted.map(({ name, index }) => [name, row[index]] as const)
    if (!fits || values.some(([, value]) => value === null || value === undefined)) continue
    const parameters = values.map(([name, value]) => [name, String(value)] as const)
    found.set(JSON.stringify(parameters), new Map(parameters))
  }
  return [...found.values()]
}

/** @throws DomainError `sql_limit_exceeded` before there are too many to hold */
function crossed(left: readonly Parameters[], right: readonly Parameters[]): Parameters[] {
  if (left.length * right.length > LIMITS.calls)
    throw exceeded(`the statement reads more than ${LIMITS.calls} lists: one for each value that it asks for`)
  return left.flatMap((one) => right.map((other) => new Map([...one, ...other])))
}
