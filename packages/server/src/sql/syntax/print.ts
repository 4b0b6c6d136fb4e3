import type {
  Assignment,
  Call,
  Core,
  Expression,
  Join,
  Ordering,
  Projection,
  Query,
  Source,
  Statement,
} from './tree.ts'

/**
 * A statement as text: every name quoted, everything in brackets. Parsed again, it gives the same tree.
 */
export function printStatement(statement: Statement): string {
  switch (statement.type) {
    case 'select':
      return printQuery(statement.query)
    case 'insert':
      return words(
        'INSERT INTO',
        path(statement.resource),
        `(${statement.columns.map(name).join(', ')})`,
        printQuery(statement.source),
        returning(statement.returning),
      )
    case 'update':
    case 'replace':
      return words(
        statement.type.toUpperCase(),
        path(statement.resource),
        'SET',
        statement.set.map((one) => assignment(one, name)).join(', '),
        clause('WHERE', statement.where),
        returning(statement.returning),
      )
    case 'delete':
      return words(
        'DELETE FROM',
        path(statement.resource),
        clause('WHERE', statement.where),
        returning(statement.returning),
      )
    case 'exec':
      return words(
        'EXEC',
        statement.hints.length > 0 && `/*+ ${statement.hints.join(' ')} */`,
        path(statement.method),
        statement.parameters.map((one) => assignment(one, (variable) => `@${variable}`)).join(', '),
        statement.payload !== undefined && `@@json = ${printExpression(statement.payload)}`,
      )
    case 'show':
      return words(
        'SHOW',
        statement.extended && 'EXTENDED',
        statement.what.toUpperCase(),
        !['providers', 'insert into', 'auth'].includes(statement.what) && 'IN',
        path(statement.of),
        statement.like !== undefined && `LIKE ${text(statement.like)}`,
      )
    case 'describe':
      return words('DESCRIBE', statement.extended && 'EXTENDED', path(statement.resource))
    case 'describe method':
      return words('DESCRIBE METHOD', statement.extended && 'EXTENDED', path(statement.method))
    case 'explain':
      return `EXPLAIN ${printStatement(statement.statement)}`
  }
}

export function printQuery(query: Query): string {
  const common = query.with.map(
    (table) =>
      `${name(table.name)}${table.columns.length > 0 ? ` (${table.columns.map(name).join(', ')})` : ''} AS (${printQuery(table.query)})`,
  )
  return words(
    common.length > 0 && `WITH ${query.recursive ? 'RECURSIVE ' : ''}${common.join(', ')}`,
    core(query.first),
    ...query.rest.map((part) => `${part.operator.toUpperCase()} ${core(part.core)}`),
    orderings(query.orderBy),
    clause('LIMIT', query.limit),
    clause('OFFSET', query.offset),
  )
}

function core(part: Core): string {
  if (part.type === 'values') return `VALUES ${part.rows.map((row) => `(${list(row)})`).join(', ')}`
  return words(
    part.distinct ? 'SELECT DISTINCT' : 'SELECT',
    projections(part.projections),
    part.from !== undefined && `FROM ${source(part.from.first)}${part.from.joins.map(join).join('')}`,
    clause('WHERE', part.where),
    part.groupBy.length > 0 && `GROUP BY ${list(part.groupBy)}`,
    clause('HAVING', part.having),
  )
}

function join({ kind, source: joined, on, using }: Join): string {
  const condition =
    on === undefined
      ? using === undefined
        ? ''
        : ` USING (${using.map(name).join(', ')})`
      : ` ON ${printExpression(on)}`
  return ` ${kind.toUpperCase()} JOIN ${source(joined)}${condition}`
}

function source(from: Source): string {
  const alias = from.alias === undefined ? '' : ` AS ${name(from.alias)}`
  if (from.type === 'table') return `${path(from.name)}${alias}`
  return from.type === 'derived' ? `(${printQuery(from.query)})${alias}` : `${call(from.call)}${alias}`
}

export function printExpression(expression: Expression): string {
  switch (expression.type) {
    case 'text':
      return text(expression.value)
    case 'number':
      return expression.digits
    case 'boolean':
      return expression.value ? 'TRUE' : 'FALSE'
    case 'null':
      return 'NULL'
    case 'parameter':
      return `$${expression.number}`
    case 'column':
      return path(expression.path)
    case 'call':
      return call(expression)
    case 'unary':
      return `(${expression.operator.toUpperCase()} ${printExpression(expression.operand)})`
    case 'binary':
      return `(${printExpression(expression.left)} ${expression.operator.toUpperCase()} ${printExpression(expression.right)})`
    case 'between':
      return `(${printExpression(expression.operand)}${not(expression)} BETWEEN ${printExpression(expression.low)} AND ${printExpression(expression.high)})`
    case 'in':
      return `(${printExpression(expression.operand)}${not(expression)} IN (${'type' in expression.among ? printQuery(expression.among) : list(expression.among)}))`
    case 'like': {
      const { operand, operator, pattern } = expression
      return `(${printExpression(operand)}${not(expression)} ${operator.toUpperCase()} ${printExpression(pattern)}${expression.escape === undefined ? '' : ` ESCAPE ${printExpression(expression.escape)}`})`
    }
    case 'case':
      return words(
        'CASE',
        expression.operand !== undefined && printExpression(expression.operand),
        ...expression.branches.map(
          ({ when, result }) => `WHEN ${printExpression(when)} THEN ${printExpression(result)}`,
        ),
        clause('ELSE', expression.otherwise),
        'END',
      )
    case 'cast':
      return `CAST(${printExpression(expression.operand)} AS ${expression.to.toUpperCase()})`
    case 'exists':
      return `EXISTS (${printQuery(expression.query)})`
    case 'scalar':
      return `(${printQuery(expression.query)})`
  }
}

function call({ name: called, star, distinct, arguments: given, filter, over }: Call): string {
  const head = `${name(called)}(${star ? '*' : `${distinct ? 'DISTINCT ' : ''}${list(given)}`})`
  return words(
    head,
    filter !== undefined && `FILTER (WHERE ${printExpression(filter)})`,
    over !== undefined &&
      `OVER (${words(over.partitionBy.length > 0 && `PARTITION BY ${list(over.partitionBy)}`, orderings(over.orderBy))})`,
  )
}

function projections(all: readonly Projection[]): string {
  return all
    .map((one) => {
      if (one.type === 'star') return one.of.length === 0 ? '*' : `${path(one.of)}.*`
      return `${printExpression(one.value)}${one.alias === undefined ? '' : ` AS ${name(one.alias)}`}`
    })
    .join(', ')
}

function returning(all: readonly Projection[]): string | false {
  return all.length > 0 && `RETURNING ${projections(all)}`
}

function orderings(all: readonly Ordering[]): string | false {
  if (all.length === 0) return false
  const each = all.map(({ by, descending, nulls }) =>
    words(printExpression(by), descending && 'DESC', nulls !== undefined && `NULLS ${nulls.toUpperCase()}`),
  )
  return `ORDER BY ${each.join(', ')}`
}

function assignment({ name: assigned, value }: Assignment, write: (name: string) => string): string {
  return `${write(assigned)} = ${printExpression(value)}`
}

function clause(word: string, expression: Expression | undefined): string | false {
  return expression !== undefined && `${word} ${printExpression(expression)}`
}

function not({ negated }: { readonly negated: boolean }): string {
  return negated ? ' NOT' : ''
}

function list(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ')
}

function path(parts: readonly string[]): string {
  return parts.map(name).join('.')
}

function name(plain: string): string {
  return `"${plain.replaceAll('"', '""')}"`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

function words(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false && part !== '').join(' ')
}
