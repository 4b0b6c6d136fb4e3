import type { TokenReader } from './token-reader.ts'
import {
  type BinaryOperator,
  CAST_TYPES,
  type Call,
  type CastType,
  type Expression,
  type Ordering,
  type UnaryOperator,
} from './tree.ts'

/** From what binds least; operators of one line bind equally, from the left. `not` and comparisons come between. */
const ARITHMETIC: readonly (readonly BinaryOperator[])[] = [
  ['+', '-'],
  ['*', '/', '%'],
  ['||', '->', '->>'],
]
const COMPARISONS: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}
/** Spellings of the four types that a cast may name. */
const TYPE_NAMES: Readonly<Record<string, CastType>> = {
  text: 'text',
  varchar: 'text',
  char: 'text',
  integer: 'integer',
  int: 'integer',
  bigint: 'integer',
  real: 'real',
  float: 'real',
  double: 'real',
  numeric: 'numeric',
  decimal: 'numeric',
}

/** @throws DomainError `sql_invalid` */
export function parseExpression(reader: TokenReader): Expression {
  return reader.deeper(() => disjunction(reader))
}

function disjunction(reader: TokenReader): Expression {
  let left = conjunction(reader)
  while (reader.takeWords('or')) left = binary(reader, 'or', left, conjunction(reader))
  return left
}

function conjunction(reader: TokenReader): Expression {
  let left = negation(reader)
  while (reader.takeWords('and')) left = binary(reader, 'and', left, negation(reader))
  return left
}

function negation(reader: TokenReader): Expression {
  if (!reader.isWord('not')) return comparison(reader)
  reader.next()
  const operand = reader.deeper(() => negation(reader))
  return unary(reader, 'not', operand)
}

function comparison(reader: TokenReader): Expression {
  let left = arithmetic(reader, 0)
  for (;;) {
    const further = compared(reader, left)
    if (further === undefined) return left
    left = further
  }
}

function compared(reader: TokenReader, operand: Expression): Expression | undefined {
  const { kind, value } = reader.peek()
  const operator = kind === 'symbol' ? COMPARISONS[value] : undefined
  if (operator !== undefined) {
    reader.next()
    return binary(reader, operator, operand, arithmetic(reader, 0))
  }
  if (kind !== 'word') return undefined
  if (reader.takeWords('is', 'not')) return binary(reader, 'is not', operand, arithmetic(reader, 0))
  if (reader.takeWords('is')) return binary(reader, 'is', operand, arithmetic(reader, 0))
  if (reader.takeWords('isnull')) return binary(reader, 'is', operand, { type: 'null' })
  if (reader.takeWords('notnull')) return binary(reader, 'is not', operand, { type: 'null' })
  const negated =
    reader.isWord('not') && ['between', 'in', 'like', 'ilike', 'glob'].some((word) => reader.isWord(word, 1))
  if (negated) reader.next()
  if (reader.takeWords('between')) {
    const low = arithmetic(reader, 0)
    reader.needWords('and')
    const high = arithmetic(reader, 0)
    return reader.made<Expression>({ type: 'between', negated, operand, low, high }, [operand, low, high])
  }
  if (reader.takeWords('in')) {
    const among = reader.bracketed(() =>
      reader.startsQuery() ? reader.query() : reader.list(() => parseExpression(reader)),
    )
    return reader.made<Expression>({ type: 'in', negated, operand, among }, [
      operand,
      ...('type' in among ? [among] : among),
    ])
  }
  // LIKE looks past the case of ASCII letters here, as ILIKE does elsewhere.
  const isLike = reader.takeWords('like') || reader.takeWords('ilike')
  if (!isLike && !reader.takeWords('glob')) return undefined
  const pattern = arithmetic(reader, 0)
  const escapedBy = isLike && reader.takeWords('escape') ? arithmetic(reader, 0) : undefined
  return reader.made<Expression>(
    {
      type: 'like',
      operator: isLike ? 'like' : 'glob',
      negated,
      operand,
      pattern,
      ...(escapedBy !== undefined && { escape: escapedBy }),
    },
    [operand, pattern, escapedBy],
  )
}

function arithmetic(reader: TokenReader, strength: number): Expression {
  const operators = ARITHMETIC[strength]
  if (operators === undefined) return signed(reader)
  let left = arithmetic(reader, strength + 1)
  for (;;) {
    const { kind, value } = reader.peek()
    const operator = kind === 'symbol' ? operators.find((symbol) => symbol === value) : undefined
    if (operator === undefined) return left
    reader.next()
    left = binary(reader, operator, left, arithmetic(reader, strength + 1))
  }
}

function signed(reader: TokenReader): Expression {
  for (const operator of ['-', '+'] as const)
    if (reader.takeSymbol(operator)) {
      const operand = reader.deeper(() => signed(reader))
      return unary(reader, operator, operand)
    }
  let operand = primary(reader)
  while (reader.takeSymbol('::')) operand = cast(reader, operand, castType(reader))
  return operand
}

function primary(reader: TokenReader): Expression {
  const { kind, value } = reader.peek()
  if (kind === 'text' || kind === 'number' || kind === 'parameter') {
    reader.next()
    if (kind === 'text') return { type: 'text', value }
    return kind === 'number'
      ? { type: 'number', digits: value }
      : { type: 'parameter', number: Number(value) }
  }
  if (reader.isSymbol('('))
    return reader.bracketed(() => {
      if (!reader.startsQuery()) return parseExpression(reader)
      const query = reader.query()
      return reader.made<Expression>({ type: 'scalar', query }, [query])
    })
  if (reader.takeWords('null')) return { type: 'null' }
  if (reader.takeWords('true')) return { type: 'boolean', value: true }
  if (reader.takeWords('false')) return { type: 'boolean', value: false }
  if (reader.takeWords('case')) return caseOf(reader)
  if (reader.takeWords('cast'))
    return reader.bracketed(() => {
      const operand = parseExpression(reader)
      reader.needWords('as')
      return cast(reader, operand, castType(reader))
    })
  if (reader.takeWords('exists')) {
    const query = reader.bracketed(() => reader.query())
    return reader.made<Expression>({ type: 'exists', query }, [query])
  }
  // `replace` is a verb and a function; `left`, `right` and `glob` are no functions here.
  if (
    (kind === 'word' || kind === 'quoted') &&
    reader.isSymbol('(', 1) &&
    (reader.isName() || reader.isWord('replace'))
  )
    return parseCall(reader)
  if (reader.isName()) return { type: 'column', path: reader.needPath() }
  if (kind === 'word') return { type: 'column', path: [reader.needName()] }
  throw reader.unexpected('an expression')
}

/** @throws DomainError `sql_invalid` */
export function parseCall(reader: TokenReader): Call {
  const name = reader.next().value.toLowerCase()
  reader.needSymbol('(')
  const star = reader.takeSymbol('*')
  const distinct = !star && reader.takeWords('distinct')
  const given = star || reader.isSymbol(')') ? [] : reader.list(() => parseExpression(reader))
  reader.needSymbol(')')
  const filter = reader.isWord('filter') && reader.isSymbol('(', 1) ? filterOf(reader) : undefined
  const over = reader.takeWords('over') ? windowOf(reader) : undefined
  return reader.made<Call>(
    {
      type: 'call',
      name,
      distinct,
      star,
      arguments: given,
      ...(filter !== undefined && { filter }),
      ...(over !== undefined && { over }),
    },
    [...given, filter, ...(over?.partitionBy ?? []), ...(over?.orderBy ?? []).map(({ by }) => by)],
  )
}

function filterOf(reader: TokenReader): Expression {
  reader.next()
  return reader.bracketed(() => {
    reader.needWords('where')
    return parseExpression(reader)
  })
}

function windowOf(reader: TokenReader): NonNullable<Call['over']> {
  return reader.bracketed(() => {
    const partitionBy = reader.takeWords('partition', 'by') ? reader.list(() => parseExpression(reader)) : []
    return { partitionBy, orderBy: parseOrderings(reader) }
  })
}

/** `ORDER BY …`, or nothing. */
export function parseOrderings(reader: TokenReader): Ordering[] {
  if (!reader.takeWords('order', 'by')) return []
  return reader.list(() => {
    const by = parseExpression(reader)
    const descending = reader.takeWords('desc')
    if (!descending) reader.takeWords('asc')
    const nulls = reader.takeWords('nulls', 'first')
      ? 'first'
      : reader.takeWords('nulls', 'last')
        ? 'last'
        : undefined
    return { by, descending, ...(nulls !== undefined && { nulls }) }
  })
}

function caseOf(reader: TokenReader): Expression {
  const operand = reader.isWord('when') ? undefined : parseExpression(reader)
  const branches = []
  while (reader.takeWords('when')) {
    const when = parseExpression(reader)
    reader.needWords('then')
    branches.push({ when, result: parseExpression(reader) })
  }
  if (branches.length === 0) throw reader.unexpected('WHEN')
  const otherwise = reader.takeWords('else') ? parseExpression(reader) : undefined
  reader.needWords('end')
  return reader.made<Expression>(
    {
      type: 'case',
      ...(operand !== undefined && { operand }),
      branches,
      ...(otherwise !== undefined && { otherwise }),
    },
    [operand, otherwise, ...branches.flatMap(({ when, result }) => [when, result])],
  )
}

function castType(reader: TokenReader): CastType {
  const to = TYPE_NAMES[reader.peek().value.toLowerCase()]
  if (to === undefined) throw reader.unexpected(`one of the types ${CAST_TYPES.join(', ')}`)
  reader.next()
  return to
}

function binary(
  reader: TokenReader,
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
): Expression {
  return reader.made<Expression>({ type: 'binary', operator, left, right }, [left, right])
}

function unary(reader: TokenReader, operator: UnaryOperator, operand: Expression): Expression {
  return reader.made<Expression>({ type: 'unary', operator, operand }, [operand])
}

function cast(reader: TokenReader, operand: Expression, to: CastType): Expression {
  return reader.made<Expression>({ type: 'cast', operand, to }, [operand])
}
