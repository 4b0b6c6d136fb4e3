import { parseCall, parseExpression, parseOrderings } from './parse-expression.ts'
import type { TokenReader } from './token-reader.ts'
import type { Core, Join, Projection, Query, SetOperator, Source } from './tree.ts'

/** @throws DomainError `sql_invalid` */
export function parseQuery(reader: TokenReader): Query {
  const hasWith = reader.takeWords('with')
  const recursive = hasWith && reader.takeWords('recursive')
  const common = hasWith ? reader.list(() => commonTable(reader)) : []
  const first = coreOf(reader)
  const rest: { operator: SetOperator; core: Core }[] = []
  for (let operator = setOperator(reader); operator !== undefined; operator = setOperator(reader))
    rest.push({ operator, core: coreOf(reader) })
  const orderBy = parseOrderings(reader)
  const limit = reader.takeWords('limit') ? parseExpression(reader) : undefined
  const offset = limit !== undefined && reader.takeWords('offset') ? parseExpression(reader) : undefined
  return reader.made(
    {
      type: 'query',
      recursive,
      with: common,
      first,
      rest,
      orderBy,
      ...(limit !== undefined && { limit }),
      ...(offset !== undefined && { offset }),
    },
    [
      ...common.map(({ query }) => query),
      first,
      ...rest.map(({ core }) => core),
      ...orderBy.map(({ by }) => by),
      limit,
      offset,
    ],
  )
}

function commonTable(reader: TokenReader): Query['with'][number] {
  const name = reader.needName()
  const columns = reader.isSymbol('(') ? reader.bracketed(() => reader.list(() => reader.needName())) : []
  reader.needWords('as')
  return { name, columns, query: reader.bracketed(() => reader.query()) }
}

function setOperator(reader: TokenReader): SetOperator | undefined {
  if (reader.takeWords('union', 'all')) return 'union all'
  return (['union', 'intersect', 'except'] as const).find((word) => reader.takeWords(word))
}

function coreOf(reader: TokenReader): Core {
  if (reader.takeWords('values')) {
    const rows = reader.list(() => reader.bracketed(() => reader.list(() => parseExpression(reader))))
    return reader.made({ type: 'values', rows }, rows.flat())
  }
  reader.needWords('select')
  const distinct = reader.takeWords('distinct')
  if (!distinct) reader.takeWords('all')
  const projections = parseProjections(reader)
  const from = reader.takeWords('from') ? fromOf(reader) : undefined
  const where = reader.takeWords('where') ? parseExpression(reader) : undefined
  const groupBy = reader.takeWords('group', 'by') ? reader.list(() => parseExpression(reader)) : []
  const having = reader.takeWords('having') ? parseExpression(reader) : undefined
  return reader.made(
    {
      type: 'select',
      distinct,
      projections,
      ...(from !== undefined && { from }),
      ...(where !== undefined && { where }),
      groupBy,
      ...(having !== undefined && { having }),
    },
    [
      ...valuesOf(projections),
      ...(from === undefined
        ? []
        : [partOf(from.first), ...from.joins.flatMap((join) => [partOf(join.source), join.on])]),
      where,
      ...groupBy,
      having,
    ],
  )
}

function valuesOf(projections: readonly Projection[]): object[] {
  return projections.flatMap((projection) => (projection.type === 'value' ? [projection.value] : []))
}

/** What of a source has a depth. */
function partOf(source: Source): object | undefined {
  if (source.type === 'derived') return source.query
  return source.type === 'function' ? source.call : undefined
}

/** `*`, `t.*`, `expression [AS name]`, … @throws DomainError `sql_invalid` */
export function parseProjections(reader: TokenReader): Projection[] {
  return reader.list((): Projection => {
    if (reader.takeSymbol('*')) return { type: 'star', of: [] }
    if (reader.isName() && isQualifiedStar(reader)) {
      const of = reader.needPath()
      reader.needSymbol('.')
      reader.needSymbol('*')
      return { type: 'star', of }
    }
    const value = parseExpression(reader)
    const alias = aliasOf(reader)
    return { type: 'value', value, ...(alias !== undefined && { alias }) }
  })
}

function isQualifiedStar(reader: TokenReader): boolean {
  for (let ahead = 1; reader.isSymbol('.', ahead); ahead += 2)
    if (reader.isSymbol('*', ahead + 1)) return true
  return false
}

function aliasOf(reader: TokenReader): string | undefined {
  if (reader.takeWords('as')) return reader.needName(true)
  return reader.isName() ? reader.needName() : undefined
}

function fromOf(reader: TokenReader): { first: Source; joins: Join[] } {
  const first = sourceOf(reader)
  const joins: Join[] = []
  for (let join = joinOf(reader); join !== undefined; join = joinOf(reader)) joins.push(join)
  return { first, joins }
}

function joinOf(reader: TokenReader): Join | undefined {
  if (reader.takeSymbol(',')) return { kind: 'cross', source: sourceOf(reader) }
  if (reader.takeWords('cross', 'join')) return { kind: 'cross', source: sourceOf(reader) }
  const outer = (['left', 'right', 'full'] as const).find((word) => reader.takeWords(word))
  if (outer !== undefined) reader.takeWords('outer')
  else if (!reader.isWord('join') && !reader.takeWords('inner')) return undefined
  reader.needWords('join')
  const kind = outer ?? 'inner'
  const source = sourceOf(reader)
  if (reader.takeWords('on')) return { kind, source, on: parseExpression(reader) }
  if (reader.takeWords('using'))
    return { kind, source, using: reader.bracketed(() => reader.list(() => reader.needName())) }
  if (outer !== undefined) throw reader.unexpected('ON')
  return { kind, source }
}

function sourceOf(reader: TokenReader): Source {
  if (reader.isSymbol('(')) {
    const query = reader.bracketed(() => reader.query())
    const alias = aliasOf(reader)
    if (alias === undefined) throw reader.unexpected('a name for what stands in brackets')
    return { type: 'derived', query, alias }
  }
  if (reader.isName() && reader.isSymbol('(', 1)) {
    const call = parseCall(reader)
    const alias = aliasOf(reader)
    return { type: 'function', call, ...(alias !== undefined && { alias }) }
  }
  const name = reader.needPath()
  const alias = aliasOf(reader)
  return { type: 'table', name, ...(alias !== undefined && { alias }) }
}
