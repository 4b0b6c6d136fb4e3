import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { sql } from 'kysely'
import { DomainError } from '../errors/index.ts'
import type { UserCondition } from '../store/queries/users.ts'
import type { Tables } from '../store/tables/index.ts'
import type { UserStatus } from '../store/tables/users.ts'
import { type NameAttribute, parseUserFilter, type TimeAttribute, type UserFilter } from './users-filter.ts'
import { fold } from './users-profile.ts'

export interface UserQuery {
  /** A filter expression. */
  readonly search?: string
  /** The beginning of a first name, a last name or an e-mail address, in any case. */
  readonly q?: string
}

/**
 * What a query asks of a row. Without any, deprovisioned users are left out, as in Okta; a filter sees them all.
 *
 * @throws DomainError `user_search_invalid` with the `reason`
 */
export function userCondition({ search, q }: UserQuery): UserCondition {
  if (search === undefined)
    return (eb) => eb.and([eb('status', '!=', 'DEPROVISIONED'), ...(q === undefined ? [] : [begins(eb, q)])])
  const parsed = parseUserFilter(search)
  if (!parsed.ok) throw new DomainError('user_search_invalid', { reason: parsed.reason })
  return (eb) => eb.and([translate(eb, parsed.filter), ...(q === undefined ? [] : [begins(eb, q)])])
}

/**
 * What the console asks of a row: of every status unless told, and `q` looks at the login too.
 *
 * @throws DomainError `user_search_invalid` with the `reason`
 */
export function peopleCondition({
  q,
  statuses,
  search,
}: {
  readonly q?: string | undefined
  readonly statuses?: readonly UserStatus[] | undefined
  readonly search?: string | undefined
}): UserCondition {
  const parsed = search === undefined ? undefined : parseUserFilter(search)
  if (parsed?.ok === false) throw new DomainError('user_search_invalid', { reason: parsed.reason })
  return (eb) =>
    eb.and([
      ...(statuses === undefined ? [] : [eb('status', 'in', statuses)]),
      ...(q === undefined ? [] : [eb.or([compareName(eb, 'login_folded', 'sw', fold(q)), begins(eb, q)])]),
      ...(parsed === undefined ? [] : [translate(eb, parsed.filter)]),
    ])
}

type Builder = ExpressionBuilder<Tables, 'users'>

const NAME_COLUMNS = {
  'profile.login': 'login_folded',
  'profile.email': 'email_folded',
  'profile.firstName': 'first_name_folded',
  'profile.lastName': 'last_name_folded',
} as const satisfies Record<NameAttribute, keyof Tables['users']>

const TIME_COLUMNS = { created: 'created_at', lastUpdated: 'updated_at' } as const satisfies Record<
  TimeAttribute,
  keyof Tables['users']
>

const TIME_OPERATORS = { eq: '=', ne: '!=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const

function translate(eb: Builder, filter: UserFilter): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
      return eb.and(filter.filters.map((operand) => translate(eb, operand)))
    case 'or':
      return eb.or(filter.filters.map((operand) => translate(eb, operand)))
    case 'not':
      return eb.not(translate(eb, filter.filter))
    case 'present':
      return eb(NAME_COLUMNS[filter.attribute], '!=', '')
    case 'time':
      return eb(TIME_COLUMNS[filter.attribute], TIME_OPERATORS[filter.operator], filter.value)
    case 'exact':
      return sql<SqlBool>`${eb.ref(filter.attribute)} ${sql.raw(sign(filter.operator))} ${filter.value}`
    case 'name':
      return compareName(eb, NAME_COLUMNS[filter.attribute], filter.operator, fold(filter.value))
  }
}

type NameColumn = (typeof NAME_COLUMNS)[NameAttribute]

function compareName(
  eb: Builder,
  column: NameColumn,
  operator: 'eq' | 'ne' | 'sw' | 'co' | 'ew',
  value: string,
): Expression<SqlBool> {
  if (operator === 'eq' || operator === 'ne') return eb(column, sign(operator), value)
  const literal = value.replace(/[!%_]/g, '!$&')
  const pattern = `${operator === 'sw' ? '' : '%'}${literal}${operator === 'ew' ? '' : '%'}`
  return sql<SqlBool>`${eb.ref(column)} like ${pattern} escape '!'`
}

function begins(eb: Builder, q: string): Expression<SqlBool> {
  const columns = ['first_name_folded', 'last_name_folded', 'email_folded'] as const
  return eb.or(columns.map((column) => compareName(eb, column, 'sw', fold(q))))
}

function sign(operator: 'eq' | 'ne'): '=' | '!=' {
  return operator === 'eq' ? '=' : '!='
}
