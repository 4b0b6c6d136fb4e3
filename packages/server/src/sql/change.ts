import { DomainError } from '../errors/index.ts'
import { keepStatement } from './audit.ts'
import { bodyOf } from './body.ts'
import { type Method, type Resource, requireResource, SUBDOMAIN, type Verb } from './catalogue/index.ts'
import { rowOf, shapeOf } from './cells.ts'
import { LIMITS } from './limits.ts'
import { conjuncts, narrow } from './plan/narrowing.ts'
import { planQuery, returningQuery } from './plan/plan-query.ts'
import { methodFor, noMethod } from './plan/reading-order.ts'
import { Scope, TableUse } from './plan/uses.ts'
import { DESPATCHED, type StatementResult } from './result.ts'
import type { Cell } from './sandbox/messages.ts'
import { relate, runQuery } from './select.ts'
import { exceeded, type StatementRun } from './statement-run.ts'
import {
  type Expression,
  faultyStatement,
  type Projection,
  type Query,
  type Statement,
} from './syntax/index.ts'

/** One call of a method that changes something. */
export interface Change {
  readonly parameters: ReadonlyMap<string, string>
  readonly body: Readonly<Record<string, unknown>>
}

interface Planned {
  readonly resource: Resource
  readonly method: Method
  readonly changes: readonly Change[]
}

type Insert = Extract<Statement, { type: 'insert' }>
type Update = Extract<Statement, { type: 'update' | 'replace' }>
type Delete = Extract<Statement, { type: 'delete' }>

/** INSERT, UPDATE, REPLACE and DELETE: everything is checked that can be, then kept, then done call by call. */
export async function runChange(
  run: StatementRun,
  statement: Insert | Update | Delete,
): Promise<StatementResult> {
  const planned = await planChange(run, statement)
  if (planned.changes.length > LIMITS.changes)
    throw exceeded(`the statement changes more than ${LIMITS.changes} things at once`)
  // What cannot be returned is refused before anything is done.
  if (statement.returning.length > 0) planQuery(returningQuery(statement.resource, statement.returning))
  await keepStatement(run, statement, planned.resource, planned.method)
  const shown = await carryOut(run, planned)
  const result = {
    command: statement.type.toUpperCase(),
    message: DESPATCHED,
    changes: planned.changes.length,
  }
  if (statement.returning.length === 0) return { ...result, columns: [], rows: [] }
  return { ...result, ...(await returned(run, planned.resource, statement.returning, shown)) }
}

function planChange(run: StatementRun, statement: Insert | Update | Delete): Promise<Planned> {
  switch (statement.type) {
    case 'insert':
      return planInsert(run, statement)
    case 'update':
    case 'replace':
      return planUpdate(run, statement)
    case 'delete':
      return Promise.resolve(planDelete(run, statement))
  }
}

async function planInsert(run: StatementRun, { resource: path, columns, source }: Insert): Promise<Planned> {
  const resource = requireResource(path)
  if (new Set(columns).size < columns.length) throw faultyStatement('a column is named twice')
  const method = methodFor(resource, 'insert', new Set(columns))
  if (method === undefined) throw noMethod(resource, 'insert')
  const { rows, columns: values } = await runQuery(run, source)
  if (values.length !== columns.length)
    throw faultyStatement(`there are ${columns.length} columns, but ${values.length} values`)
  return { resource, method, changes: rows.map((row) => changeOf(run, method, named(columns, row))) }
}

async function planUpdate(run: StatementRun, { type, resource: path, set, where }: Update): Promise<Planned> {
  const resource = requireResource(path)
  const names = set.map(({ name }) => name)
  if (new Set(names).size < names.length) throw faultyStatement('a column is set twice')
  const { method, calls } = addressed(resource, type, where)
  const { rows } = await runQuery(run, constants(set.map(({ value }) => value)))
  const values = named(names, rows[0] ?? [])
  return {
    resource,
    method,
    changes: calls.map((call) => changeOf(run, method, new Map([...values, ...call]))),
  }
}

function planDelete(run: StatementRun, { resource: path, where }: Delete): Planned {
  const resource = requireResource(path)
  const { method, calls } = addressed(resource, 'delete', where)
  return { resource, method, changes: calls.map((call) => changeOf(run, method, call)) }
}

/** The method and the parameters that a WHERE names. It can name nothing else: what is changed is not searched for. */
function addressed(resource: Resource, verb: Verb, where: Expression | undefined) {
  const use = new TableUse('t0', resource, resource.name)
  const scope = new Scope(undefined, new Set())
  scope.tables.set(resource.name, use)
  narrow(where, scope)
  const method = methodFor(resource, verb, new Set(use.constants.keys()))
  if (method === undefined) throw noMethod(resource, verb)
  const parameters = new Set([...method.required, ...method.optional, SUBDOMAIN])
  const isOnly = [...use.constants.keys()].every((name) => parameters.has(name))
  if (!isOnly || conjuncts(where).length !== use.constants.size)
    throw faultyStatement(
      `WHERE can only compare the parameters of ${method.name} with values, each once: ${[...parameters].join(', ')}`,
    )
  let calls: ReadonlyMap<string, Cell>[] = [new Map()]
  for (const [name, values] of use.constants) {
    if (calls.length * values.size > LIMITS.changes)
      throw exceeded(`the statement changes more than ${LIMITS.changes} things at once`)
    calls = calls.flatMap((call) =>
      [...values].map((value) => new Map<string, Cell>([...call, [name, value]])),
    )
  }
  return { method, calls }
}

/** Sorts what is given into parameters and body. */
function changeOf(run: StatementRun, method: Method, given: ReadonlyMap<string, Cell>): Change {
  const parameters = new Map<string, string>()
  const body = new Map<string, Cell>()
  for (const [name, value] of given) {
    if (name === SUBDOMAIN) run.requireOwn([String(value)])
    else if (!method.required.includes(name) && !method.optional.includes(name)) body.set(name, value)
    else if (value !== null) parameters.set(name, String(value))
    else if (method.required.includes(name)) throw faultyStatement(`the parameter ${name} is NULL`)
  }
  return { parameters, body: bodyOf(method, body) }
}

/** One after the other. Where one is refused, those before it are done, and the refusal says how many. */
async function carryOut(run: StatementRun, { method, changes, resource }: Planned): Promise<Cell[][]> {
  const { services, actor } = run
  const shown: Cell[][] = []
  for (const [done, { parameters, body }] of changes.entries()) {
    try {
      const { rows } = await method.run({ services, actor, parameters, body, limit: LIMITS.rowsPerTable })
      const given = new Map([...parameters, [SUBDOMAIN, run.subdomain]])
      shown.push(...rows.map((row) => rowOf(resource, row, given)))
    } catch (failure) {
      if (!(failure instanceof DomainError) || done === 0) throw failure
      throw new DomainError(failure.code, { ...failure.details, changed: done }, failure)
    }
  }
  return shown
}

function returned(
  run: StatementRun,
  resource: Resource,
  projections: readonly Projection[],
  rows: readonly Cell[][],
) {
  const plan = planQuery(returningQuery([resource.provider, resource.service, resource.name], projections))
  return relate(
    run,
    plan,
    plan.uses.map((use) => ({ ...shapeOf(use.resource, use.table), rows: use.table === 't0' ? rows : [] })),
  )
}

function named(columns: readonly string[], row: readonly Cell[]): ReadonlyMap<string, Cell> {
  return new Map(columns.map((name, index) => [name, row[index] ?? null]))
}

/** A query that reads nothing. */
export function constants(values: readonly Expression[]): Query {
  return {
    type: 'query',
    recursive: false,
    with: [],
    first: { type: 'values', rows: [values] },
    rest: [],
    orderBy: [],
  }
}
