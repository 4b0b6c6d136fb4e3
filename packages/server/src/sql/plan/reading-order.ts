import { DomainError } from '../../errors/index.ts'
import { type Method, nameOf, type Resource, type Verb } from '../catalogue/index.ts'
import type { TableUse } from './uses.ts'

/** A resource in the order in which it is read, and the method that reads it. */
export interface Reading {
  readonly use: TableUse
  readonly method: Method
}

/**
 * What is read first, and how: a resource whose required parameters the statement gives, or a resource read before
 * it. Nothing is read yet.
 *
 * @throws DomainError `sql_no_method`
 */
export function readingOrder(uses: readonly TableUse[]): readonly Reading[] {
  const order: Reading[] = []
  const waiting = new Set(uses)
  while (waiting.size > 0) {
    const next = nextReading(waiting, new Set(order.map(({ use }) => use)))
    order.push(next)
    waiting.delete(next.use)
  }
  return order
}

function nextReading(waiting: ReadonlySet<TableUse>, read: ReadonlySet<TableUse>): Reading {
  for (const use of waiting) {
    const known = new Set([
      ...use.constants.keys(),
      ...use.equals.filter(({ of }) => read.has(of)).map(({ column }) => column),
    ])
    const method = methodFor(use.resource, 'select', known)
    if (method !== undefined) return { use, method }
  }
  const [stuck] = waiting
  if (stuck === undefined) throw new TypeError('nothing waits to be read')
  throw noMethod(stuck.resource, 'select')
}

/** The first method of a verb whose required parameters are all there. */
export function methodFor(resource: Resource, verb: Verb, known: ReadonlySet<string>): Method | undefined {
  return resource.methods.find(
    (method) => method.verb === verb && method.required.every((parameter) => known.has(parameter)),
  )
}

/** StackQL's own words, so that people who look for them find what they know. */
export function noMethod(resource: Resource, verb: string): DomainError {
  const message =
    'cannot find matching operation, possible causes include missing required parameters or an unsupported method ' +
    'for the resource, to find required parameters for supported methods run SHOW METHODS IN ' +
    `${nameOf(resource)}: no appropriate method = '${verb}' for resource = '${resource.name}'`
  return new DomainError('sql_no_method', { message })
}
