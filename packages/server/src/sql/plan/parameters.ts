import { type Expression, faultyStatement, type Query, type Statement } from '../syntax/index.ts'

/** What may stand in the place of `$1`, `$2`, … */
export type ParameterValue = string | number | boolean | null

/**
 * The tree with its parameters replaced by what was given for them.
 *
 * @throws DomainError `sql_invalid` where one is missing
 */
export function withParameters(statement: Statement, given: readonly ParameterValue[]): Statement {
  return mapTree(statement, (node) => {
    if (node.type !== 'parameter') return node
    const value = given[node.number - 1]
    if (value === undefined) throw faultyStatement(`there is no value for the parameter $${node.number}`)
    return literalOf(value)
  })
}

/** How many parameters a statement has: the highest number. */
export function parameterCount(statement: Statement): number {
  let highest = 0
  mapTree(statement, (node) => {
    if (node.type === 'parameter') highest = Math.max(highest, node.number)
    return node
  })
  return highest
}

export function literalOf(value: ParameterValue): Expression {
  if (value === null) return { type: 'null' }
  if (typeof value === 'boolean') return { type: 'boolean', value }
  if (typeof value === 'string') return { type: 'text', value }
  if (!Number.isFinite(value)) throw faultyStatement('a parameter is no number')
  const digits: Expression = { type: 'number', digits: String(Math.abs(value)) }
  return value < 0 ? { type: 'unary', operator: '-', operand: digits } : digits
}

/**
 * A copy of a tree in which each expression is what `change` makes of it, the innermost first. Trees are plain
 * data of known shape, so that copying their members says all.
 */
export function mapTree<Tree extends Statement | Query | Expression>(
  tree: Tree,
  change: (expression: Expression) => Expression,
): Tree
export function mapTree(tree: unknown, change: (expression: Expression) => Expression): unknown {
  if (Array.isArray(tree)) return tree.map((part) => mapPart(part, change))
  return mapPart(tree, change)
}

function mapPart(part: unknown, change: (expression: Expression) => Expression): unknown {
  if (Array.isArray(part)) return part.map((inner) => mapPart(inner, change))
  if (typeof part !== 'object' || part === null) return part
  const copy = Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, mapPart(inner, change)]))
  return isExpression(copy) ? change(copy) : copy
}

const EXPRESSIONS: ReadonlySet<unknown> = new Set<Expression['type']>([
  'text',
  'number',
  'boolean',
  'null',
  'parameter',
  'column',
  'call',
  'unary',
  'binary',
  'between',
  'in',
  'like',
  'case',
  'cast',
  'exists',
  'scalar',
])

function isExpression(part: object): part is Expression {
  return 'type' in part && EXPRESSIONS.has(part.type)
}
