import { keepStatement } from './audit.ts'
import { readPayload } from './body.ts'
import { type Method, type Resource, requireResource, SUBDOMAIN } from './catalogue/index.ts'
import { rowOf } from './cells.ts'
import { LIMITS } from './limits.ts'
import { constantOf } from './plan/narrowing.ts'
import { noMethod } from './plan/reading-order.ts'
import { DESPATCHED, type StatementResult } from './result.ts'
import type { StatementRun } from './statement-run.ts'
import { faultyStatement, type Statement } from './syntax/index.ts'

export type Exec = Extract<Statement, { type: 'exec' }>

/** EXEC: any method of a resource by its name. */
export async function runExec(run: StatementRun, statement: Exec): Promise<StatementResult> {
  const { resource, method, call } = planExec(run, statement)
  if (!isReading(method)) await keepStatement(run, statement, resource, method)
  const { services, actor, subdomain } = run
  const { rows } = await method.run({ services, actor, ...call, limit: LIMITS.rowsAnswered })
  const result = { command: 'EXEC', ...(!isReading(method) && { message: DESPATCHED, changes: 1 }) }
  if (method.shows === undefined && !statement.hints.includes('SHOWRESULTS'))
    return { ...result, columns: [], rows: [] }
  const shown = { ...resource, columns: method.shows ?? resource.columns, methods: [] }
  return {
    ...result,
    columns: shown.columns.map(({ name, type }) => ({ name, type })),
    // The last cell is the subdomain, which only tables have.
    rows: rows.map((row) =>
      rowOf(shown, row, new Map([[SUBDOMAIN, subdomain]])).slice(0, shown.columns.length),
    ),
  }
}

/** Whether a method changes nothing: what reads, and what only tells what would be. */
export function isReading({ verb, reads }: Method): boolean {
  return verb === 'select' || reads === true
}

/** @throws DomainError `sql_invalid`, `sql_no_method`, `sql_other_organization` */
export function planExec(run: StatementRun, { method: path, parameters: given, payload }: Exec) {
  const { resource, method } = requireMethod(path)
  const parameters = new Map<string, string>()
  for (const { name, value } of given) {
    const constant = constantOf(value)
    if (constant === undefined) throw faultyStatement(`@${name} is given a value, not an expression`)
    if (parameters.has(name)) throw faultyStatement(`@${name} is given twice`)
    if (name === SUBDOMAIN) run.requireOwn([constant])
    else if (!method.required.includes(name) && !method.optional.includes(name))
      throw faultyStatement(`${method.name} has no parameter @${name}`)
    parameters.set(name, constant)
  }
  if (!method.required.every((name) => parameters.has(name))) throw noMethod(resource, 'exec')
  if (payload !== undefined && payload.type !== 'text') throw faultyStatement('@@json is a text')
  return {
    resource,
    method,
    call: { parameters, body: payload === undefined ? {} : readPayload(payload.value) },
  }
}

/** @throws DomainError `sql_invalid` */
export function requireMethod(path: readonly string[]): {
  readonly resource: Resource
  readonly method: Method
} {
  const resource = requireResource(path.slice(0, -1))
  const method = resource.methods.find(({ name }) => name === path.at(-1))
  if (method === undefined)
    throw faultyStatement(
      `the resource has no method of that name: SHOW METHODS IN ${path.slice(0, -1).join('.')}`,
    )
  return { resource, method }
}
