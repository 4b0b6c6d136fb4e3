import { nameOf, requireResource } from './catalogue/index.ts'
import { planExec } from './exec.ts'
import { planQuery } from './plan/plan-query.ts'
import { methodFor, type Reading, readingOrder } from './plan/reading-order.ts'
import { type StatementResult, tableResult } from './result.ts'
import type { StatementRun } from './statement-run.ts'
import { type Explained, printQuery } from './syntax/index.ts'

/** EXPLAIN: which commands would run, in which order, with what parameters. Nothing is read and nothing changed. */
export function runExplain(run: StatementRun, statement: Explained): StatementResult {
  return tableResult(
    'EXPLAIN',
    [{ name: 'step', type: 'integer' }, 'resource', 'method', 'parameters', 'detail'],
    stepsOf(run, statement).map((step, index) => [index + 1, ...step]),
  )
}

type Step = readonly [resource: string, method: string, parameters: string, detail: string]

function stepsOf(run: StatementRun, statement: Explained): Step[] {
  switch (statement.type) {
    case 'select':
      return stepsOfQuery(statement.query)
    case 'insert':
      return [...stepsOfQuery(statement.source), changing(statement.resource, 'insert', statement.columns)]
    case 'update':
    case 'replace':
    case 'delete':
      return [[statement.resource.join('.'), statement.type, '', 'changes what its parameters name']]
    case 'exec': {
      const { resource, method, call } = planExec(run, statement)
      return [[nameOf(resource), method.name, [...call.parameters.keys()].join(', '), method.description]]
    }
  }
}

function stepsOfQuery(query: Parameters<typeof planQuery>[0]): Step[] {
  const plan = planQuery(query)
  const steps = readingOrder(plan.uses).map(stepOf)
  return [...steps, ['', 'relate', '', printQuery(plan.query)]]
}

function stepOf({ use, method }: Reading): Step {
  const parameters = [...method.required, ...method.optional].flatMap((name) => {
    const values = use.constants.get(name)
    if (values !== undefined) return [`${name} = ${[...values].join(' | ')}`]
    const equal = use.equals.find(({ column }) => column === name)
    return equal === undefined || !method.required.includes(name)
      ? []
      : [`${name} = ${equal.of.alias}.${equal.other}`]
  })
  return [nameOf(use.resource), method.name, parameters.join(', '), method.description]
}

function changing(path: readonly string[], verb: 'insert', known: readonly string[]): Step {
  const resource = requireResource(path)
  const method = methodFor(resource, verb, new Set(known))
  return [nameOf(resource), method?.name ?? '', known.join(', '), method?.description ?? 'no method fits']
}
