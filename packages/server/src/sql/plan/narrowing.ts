import { parametersOf } from '../catalogue/index.ts'
import type { Expression } from '../syntax/index.ts'
import { type Scope, TableUse } from './uses.ts'

/**
 * Notes what a condition that always holds says of the columns of resources: `a = 'x'`, `a IN ('x', 'y')`,
 * `a = other.b`. What it does not understand it leaves to the engine, which looks at the whole condition anyhow.
 *
 * @param of where the condition says something only of one table: the one that an outer join may leave out
 */
export function narrow(condition: Expression | undefined, scope: Scope, of?: TableUse): void {
  for (const part of conjuncts(condition)) {
    if (part.type === 'binary' && (part.operator === '=' || part.operator === 'is')) {
      const sides = [
        [part.left, part.right],
        [part.right, part.left],
      ] as const
      for (const [column, value] of sides) noteEqual(column, value, scope, of)
    }
    if (part.type === 'in' && !part.negated && !('type' in part.among)) {
      const values = part.among.map(constantOf)
      if (values.every((value) => value !== undefined)) note(part.operand, values, scope, of)
    }
  }
}

export function conjuncts(condition: Expression | undefined): readonly Expression[] {
  if (condition === undefined) return []
  if (condition.type !== 'binary' || condition.operator !== 'and') return [condition]
  return [...conjuncts(condition.left), ...conjuncts(condition.right)]
}

/** The value of a literal as text, which is what parameters are; NULL equals nothing. */
export function constantOf(expression: Expression): string | undefined {
  if (expression.type === 'text') return expression.value
  if (expression.type === 'number') return expression.digits
  return expression.type === 'boolean' ? String(expression.value) : undefined
}

function noteEqual(side: Expression, value: Expression, scope: Scope, of: TableUse | undefined): void {
  const constant = constantOf(value)
  if (constant !== undefined) note(side, [constant], scope, of)
  const left = columnsOf(side, scope)[0]
  const right = columnsOf(value, scope)[0]
  if (left === undefined || right === undefined || left.use === right.use) return
  if (of === undefined || of === left.use)
    left.use.equals.push({ column: left.column, of: right.use, other: right.column })
}

function note(side: Expression, values: readonly string[], scope: Scope, of: TableUse | undefined): void {
  for (const { use, column } of columnsOf(side, scope))
    if (of === undefined || of === use) use.narrow(column, values)
}

interface ColumnOfUse {
  readonly use: TableUse
  readonly column: string
}

/** Which columns of resources an expression may mean; one without a name in front is every one of that name. */
export function columnsOf(expression: Expression, scope: Scope): readonly ColumnOfUse[] {
  if (expression.type !== 'column') return []
  const column = expression.path.at(-1) ?? ''
  const before = expression.path.slice(0, -1)
  if (before.length === 0)
    return scope.uses.filter((use) => hasColumn(use, column)).map((use) => ({ use, column }))
  const use = before.length === 1 ? scope.find(before[0] ?? '') : scope.findResource(before)
  return use instanceof TableUse ? [{ use, column }] : []
}

function hasColumn({ resource }: TableUse, column: string): boolean {
  return resource.columns.some(({ name }) => name === column) || parametersOf(resource).includes(column)
}
