import fc, { type Arbitrary } from 'fast-check'
import {
  BINARY_OPERATORS,
  CAST_TYPES,
  type Expression,
  HINTS,
  type Ordering,
  type Projection,
  type Query,
  SET_OPERATORS,
  SHOWN,
  type Source,
  type Statement,
} from '../../src/sql/syntax/tree.ts'

/** How deep a tree goes: at its ends the first alternative is taken, which has nothing inside. */
const DEPTH = { maxDepth: 3, depthIdentifier: 'statement' } as const

/** Trees of every shape that a statement may have: what is left out is left out of the object too. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is the one character that no text may have
const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => value.replaceAll(/\u0000/g, ''))
const name = text.map((value) => (value === '' ? 'n' : value))
const path = fc.array(name, { minLength: 1, maxLength: 4 })
const flag = fc.boolean()

function optional<Key extends string, Value>(key: Key, value: Arbitrary<Value>) {
  return fc.option(value, { nil: undefined }).map((found) => (found === undefined ? {} : { [key]: found }))
}

const { expression, query } = fc.letrec<{ expression: Expression; query: Query }>((tie) => {
  const inner = tie('expression')
  const list = fc.array(inner, { maxLength: 3 })
  const some = fc.array(inner, { minLength: 1, maxLength: 3 })
  const ordering: Arbitrary<Ordering> = fc
    .tuple(fc.record({ by: inner, descending: flag }), optional('nulls', fc.constantFrom('first', 'last')))
    .map(([one, nulls]) => ({ ...one, ...nulls }))
  const orderings = fc.array(ordering, { maxLength: 2 })
  const call = fc
    .tuple(
      fc.record({
        name: name.map((one) => one.toLowerCase()),
        distinct: fc.constant(false),
        arguments: list,
      }),
      optional('filter', inner),
      optional('over', fc.record({ partitionBy: list, orderBy: orderings })),
    )
    .map(([one, filter, over]) => ({ type: 'call', ...one, star: false, ...filter, ...over }) as const)
  const source: Arbitrary<Source> = fc.oneof(
    DEPTH,
    fc
      .tuple(path, optional('alias', name))
      .map(([given, alias]) => ({ type: 'table', name: given, ...alias }) as const),
    fc.record({ type: fc.constant('derived' as const), query: tie('query'), alias: name }),
    fc
      .tuple(call, optional('alias', name))
      .map(([given, alias]) => ({ type: 'function', call: given, ...alias }) as const),
  )
  const projection: Arbitrary<Projection> = fc.oneof(
    fc.record({ type: fc.constant('star' as const), of: fc.array(name, { maxLength: 3 }) }),
    fc
      .tuple(inner, optional('alias', name))
      .map(([value, alias]) => ({ type: 'value', value, ...alias }) as const),
  )
  const join = fc.oneof(
    fc.record({
      kind: fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const),
      source,
      on: inner,
    }),
    fc.record({
      kind: fc.constantFrom('inner' as const, 'left' as const),
      source,
      using: fc.array(name, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant('cross' as const), source }),
  )
  const core = fc.oneof(
    DEPTH,
    fc.record({ type: fc.constant('values' as const), rows: fc.array(some, { minLength: 1, maxLength: 2 }) }),
    fc
      .tuple(
        fc.record({
          distinct: flag,
          projections: fc.array(projection, { minLength: 1, maxLength: 3 }),
          groupBy: list,
        }),
        optional('from', fc.record({ first: source, joins: fc.array(join, { maxLength: 2 }) })),
        optional('where', inner),
        optional('having', inner),
      )
      .map(
        ([one, from, where, having]) => ({ type: 'select', ...one, ...from, ...where, ...having }) as const,
      ),
  )
  return {
    expression: fc.oneof(
      DEPTH,
      fc.constant<Expression>({ type: 'null' }),
      text.map((value): Expression => ({ type: 'text', value })),
      fc.nat().map((digits): Expression => ({ type: 'number', digits: String(digits) })),
      flag.map((value): Expression => ({ type: 'boolean', value })),
      fc.integer({ min: 1, max: 9_999 }).map((number): Expression => ({ type: 'parameter', number })),
      path.map((given): Expression => ({ type: 'column', path: given })),
      fc.record({
        type: fc.constant('unary' as const),
        operator: fc.constantFrom('not' as const, '-' as const, '+' as const),
        operand: inner,
      }),
      fc.record({
        type: fc.constant('binary' as const),
        operator: fc.constantFrom(...BINARY_OPERATORS),
        left: inner,
        right: inner,
      }),
      fc.record({
        type: fc.constant('between' as const),
        negated: flag,
        operand: inner,
        low: inner,
        high: inner,
      }),
      fc.record({
        type: fc.constant('in' as const),
        negated: flag,
        operand: inner,
        among: fc.oneof(DEPTH, some, tie('query')),
      }),
      fc
        .tuple(fc.record({ negated: flag, operand: inner, pattern: inner }), optional('escape', inner))
        .map(([one, escapedBy]): Expression => ({ type: 'like', operator: 'like', ...one, ...escapedBy })),
      fc
        .tuple(
          optional('operand', inner),
          fc.array(fc.record({ when: inner, result: inner }), { minLength: 1, maxLength: 2 }),
          optional('otherwise', inner),
        )
        .map(
          ([operand, branches, otherwise]): Expression => ({
            type: 'case',
            ...operand,
            branches,
            ...otherwise,
          }),
        ),
      fc.record({ type: fc.constant('cast' as const), operand: inner, to: fc.constantFrom(...CAST_TYPES) }),
      fc.record({ type: fc.constantFrom('exists' as const, 'scalar' as const), query: tie('query') }),
      call,
    ),
    query: fc
      .tuple(
        fc.record({
          with: fc.oneof(
            DEPTH,
            fc.constant([]),
            fc
              .record({ name, columns: fc.array(name, { maxLength: 2 }), query: tie('query') })
              .map((one) => [one]),
          ),
          first: core,
          rest: fc.array(fc.record({ operator: fc.constantFrom(...SET_OPERATORS), core }), { maxLength: 1 }),
          orderBy: orderings,
        }),
        flag,
        fc.oneof(
          fc.constant({}),
          inner.map((limit) => ({ limit })),
          fc.record({ limit: inner, offset: inner }),
        ),
      )
      .map(
        ([one, recursive, bounds]): Query => ({
          type: 'query',
          recursive: recursive && one.with.length > 0,
          ...one,
          ...bounds,
        }),
      ),
  }
})

const returning = fc.array(
  expression.map((value): Projection => ({ type: 'value', value })),
  { maxLength: 2 },
)
const assignments = fc.array(fc.record({ name, value: expression }), { minLength: 1, maxLength: 3 })
const variable = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
const where = optional('where', expression)

export const statements: Arbitrary<Statement> = fc.oneof(
  query.map((one): Statement => ({ type: 'select', query: one })),
  query.map((one): Statement => ({ type: 'explain', statement: { type: 'select', query: one } })),
  fc.record({
    type: fc.constant('insert' as const),
    resource: path,
    columns: fc.array(name, { minLength: 1, maxLength: 3 }),
    source: query,
    returning,
  }),
  fc
    .tuple(
      fc.record({
        type: fc.constantFrom('update' as const, 'replace' as const),
        resource: path,
        set: assignments,
        returning,
      }),
      where,
    )
    .map(([one, condition]): Statement => ({ ...one, ...condition })),
  fc
    .tuple(fc.record({ type: fc.constant('delete' as const), resource: path, returning }), where)
    .map(([one, condition]): Statement => ({ ...one, ...condition })),
  fc
    .tuple(
      fc.record({
        type: fc.constant('exec' as const),
        hints: fc.subarray([...HINTS]),
        method: path,
        parameters: fc.array(fc.record({ name: variable, value: expression }), { maxLength: 2 }),
      }),
      optional('payload', expression),
    )
    .map(([one, payload]): Statement => ({ ...one, ...payload })),
  fc
    .tuple(
      fc.record({
        type: fc.constant('show' as const),
        what: fc.constantFrom(...SHOWN),
        extended: flag,
        of: path,
      }),
      optional('like', text),
    )
    .map(([one, like]): Statement => ({ ...one, ...like })),
  fc.record({ type: fc.constant('describe' as const), extended: flag, resource: path }),
  fc.record({ type: fc.constant('describe method' as const), extended: flag, method: path }),
)
