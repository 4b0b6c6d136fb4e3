import type { Method } from './catalogue/index.ts'
import { SECRET_MEMBERS } from './cells.ts'
import { mapTree } from './plan/parameters.ts'
import { type Expression, printStatement, type Query, type Statement } from './syntax/index.ts'

const REDACTED: Expression = { type: 'text', value: '[redacted]' }
/** What of a statement is kept, in characters. */
const LONGEST = 4_000

/** A statement as the audit trail keeps it: without what is secret. */
export function redacted(statement: Statement, method: Method): string {
  const text = printStatement(withoutSecrets(statement, method))
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function withoutSecrets(statement: Statement, method: Method): Statement {
  const secrets = new Set(method.body.filter((column) => column.secret).map(({ name }) => name))
  switch (statement.type) {
    case 'insert': {
      const places = statement.columns.flatMap((name, index) => (secrets.has(name) ? [index] : []))
      return {
        ...statement,
        source: places.length > 0 ? redactedSource(statement.source, places) : statement.source,
      }
    }
    case 'update':
    case 'replace': {
      const set = statement.set.map(({ name, value }) => ({
        name,
        value: secrets.has(name) ? redactedValue(value) : value,
      }))
      return { ...statement, set }
    }
    case 'exec':
      return statement.payload === undefined
        ? statement
        : { ...statement, payload: redactedJson(statement.payload, secrets) }
    default:
      return statement
  }
}

/** Where a value does not stand in its place but comes from somewhere else in the query, every literal goes. */
function redactedSource(source: Query, places: readonly number[]): Query {
  const { first } = source
  if (source.with.length > 0 || source.rest.length > 0) return everyLiteral(source)
  if (first.type === 'values')
    return { ...source, first: { ...first, rows: first.rows.map((row) => redactedAt(row, places)) } }
  if (first.from !== undefined || first.projections.some((one) => one.type === 'star'))
    return everyLiteral(source)
  const projections = first.projections.map((one, index) =>
    one.type === 'value' && places.includes(index) ? { ...one, value: redactedValue(one.value) } : one,
  )
  return { ...source, first: { ...first, projections } }
}

function redactedAt(row: readonly Expression[], places: readonly number[]): Expression[] {
  return row.map((value, index) => (places.includes(index) ? redactedValue(value) : value))
}

function redactedValue(value: Expression): Expression {
  return mapTree(value, redactedLiteral)
}

function everyLiteral(query: Query): Query {
  return mapTree(query, redactedLiteral)
}

function redactedLiteral(expression: Expression): Expression {
  return expression.type === 'text' || expression.type === 'number' ? REDACTED : expression
}

/** Of a payload the members that may hold a secret are taken out, wherever they are. */
function redactedJson(payload: Expression, secrets: ReadonlySet<string>): Expression {
  if (payload.type !== 'text') return REDACTED
  try {
    const value = JSON.stringify(JSON.parse(payload.value), (member: string, inner: unknown) =>
      secrets.has(member) || SECRET_MEMBERS.has(member) ? '[redacted]' : inner,
    )
    return { type: 'text', value }
  } catch {
    return REDACTED
  }
}
