import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUser, listUsers, type User } from '../../src/directory/users.ts'
import { parseUserFilter, type UserFilter } from '../../src/directory/users-filter.ts'
import { fold } from '../../src/directory/users-profile.ts'
import { userCondition } from '../../src/directory/users-search.ts'
import { deactivateUser } from '../../src/revocation/user-lifecycle.ts'
import { openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

describe('the grammar', () => {
  it.each([
    ['status eq "ACTIVE"', { kind: 'exact', attribute: 'status', operator: 'eq', value: 'ACTIVE' }],
    ['profile.login SW "a\\"b"', { kind: 'name', attribute: 'profile.login', operator: 'sw', value: 'a"b' }],
    ['profile.email pr', { kind: 'present', attribute: 'profile.email' }],
    [
      'created gt "2026-01-01T00:00:00.000Z"',
      { kind: 'time', attribute: 'created', operator: 'gt', value: Date.parse('2026-01-01T00:00:00Z') },
    ],
  ])('%s', (text, filter) => {
    expect(parseUserFilter(text)).toEqual({ ok: true, filter })
  })

  it('binds and tighter than or, and not tighter than both', () => {
    const a = { kind: 'present', attribute: 'profile.login' }
    expect(parseUserFilter('profile.login pr or not (profile.login pr) and profile.login pr')).toEqual({
      ok: true,
      filter: { kind: 'or', filters: [a, { kind: 'and', filters: [{ kind: 'not', filter: a }, a] }] },
    })
  })

  it.each([
    '',
    ' ',
    'status',
    'status eq',
    'status eq ACTIVE',
    "status eq 'ACTIVE'",
    'status gt "ACTIVE"',
    'status eq "ACTIVE" and',
    'status eq "ACTIVE" status eq "STAGED"',
    '(status eq "ACTIVE"',
    'status eq "ACTIVE")',
    'not status eq "ACTIVE"',
    'password_hash sw "$argon2"',
    'profile.__proto__ eq "x"',
    'constructor eq "x"',
    'profile.login co "a\\u0000"',
    'profile.login co "\\ud800"',
    'profile.login co "\\x"',
    'profile.login like "x"',
    'created gt "yesterday"',
    'created gt "2026-13-01T00:00:00Z"',
    '1=1; drop table users',
    `${'('.repeat(18)}status eq "A"${')'.repeat(18)}`,
    Array.from({ length: 65 }, () => 'id eq "x"').join(' or '),
    `id eq "${'x'.repeat(2000)}"`,
  ])('refuses %j with a reason', (text) => {
    expect(parseUserFilter(text)).toEqual({ ok: false, reason: expect.stringMatching(/\.$/) })
  })

  it('never throws', () => {
    const word = fc.constantFrom(
      '(',
      ')',
      ' and ',
      ' or ',
      'not',
      ' eq ',
      'status',
      '"',
      '\\',
      'profile.login',
      '"a"',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          const parsed = parseUserFilter(text)
          expect(typeof parsed.ok).toBe('boolean')
        },
      ),
    )
  })
})

/** Names with everything that a pattern or a literal could trip over. */
const NAMES = [
  'Ada',
  'ada%',
  'a_a',
  "o'hara",
  'ÄÖ',
  'äö!',
  'x\\y',
  '"quoted"',
  '',
  'İstanbul',
  'straße',
  '%',
  '_',
  '!',
]

const names = fc.constantFrom(...NAMES, 'a', 'b', 'example.com', '@', 'ADA')
const attribute = fc.constantFrom('profile.login', 'profile.email', 'profile.firstName', 'profile.lastName')
const time = fc
  .integer({ min: -2, max: 20 })
  .map((second) => Date.parse('2026-01-01T00:00:00Z') + second * 1000)

/** Filters as text, so that the parser is part of what is compared. */
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    fc
      .tuple(attribute, fc.constantFrom('eq', 'ne', 'sw', 'co', 'ew', 'SW'), names)
      .map(([name, operator, value]) => `${name} ${operator} ${JSON.stringify(value)}`),
    attribute.map((name) => `${name} pr`),
    fc
      .tuple(fc.constantFrom('eq', 'ne'), fc.constantFrom('STAGED', 'PROVISIONED', 'DEPROVISIONED', 'staged'))
      .map(([operator, value]) => `status ${operator} "${value}"`),
    fc
      .tuple(
        fc.constantFrom('created', 'lastUpdated'),
        fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
        time,
      )
      .map(([name, operator, value]) => `${name} ${operator} "${new Date(value).toISOString()}"`),
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter')).map((parts) => parts.join(' ')),
    tie('filter').map((inner) => `not (${inner})`),
    tie('filter').map((inner) => `(${inner})`),
  ),
}))

describe.each(DATABASES)('a filter as SQL on $name', (database) => {
  let authority: TestAuthority
  const users: User[] = []
  beforeAll(async () => {
    authority = await openTestAuthority(database)
    for (const [index, name] of NAMES.entries()) {
      const login = `${index}${name.replace(/\s/g, '')}@example.com`
      const profile = {
        login,
        email: `${index}@example.com`,
        firstName: name,
        lastName: [...name].reverse().join(''),
      }
      const { id } = await createUser(authority, authority.actorA, { profile, activate: index % 2 === 0 })
      await createUser(authority, authority.actorB, { profile, activate: true })
      authority.clock.advance(1000)
      if (index % 5 === 0) await deactivateUser(authority, authority.actorA, id)
    }
    users.push(...(await search('id ne ""')))
    expect(users.length).toBe(NAMES.length)
  })
  afterAll(() => authority.close())

  const search = (text: string) =>
    listUsers(authority, authority.actorA, { condition: userCondition({ search: text }), limit: 200 })

  it('finds what a naive evaluation in memory finds', async () => {
    await fc.assert(
      fc.asyncProperty(filter, async (text) => {
        const parsed = parseUserFilter(text)
        if (!parsed.ok) throw new Error(`${text}: ${parsed.reason}`)
        const found = (await search(text)).map(({ id }) => id)
        expect(found).toEqual(users.filter((user) => holds(parsed.filter, user)).map(({ id }) => id))
      }),
      { numRuns: 300 },
    )
  })

  it('treats what looks like SQL as text', async () => {
    for (const value of ["' or 1=1 --", '%', '_', "'; drop table users; --"])
      expect(await search(`profile.email eq ${JSON.stringify(value)}`)).toEqual([])
    expect((await search('profile.email co "%"')).length).toBe(0)
    expect((await search('id ne ""')).length).toBe(NAMES.length)
  })
})

function holds(filter: UserFilter, user: User): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((operand) => holds(operand, user))
    case 'or':
      return filter.filters.some((operand) => holds(operand, user))
    case 'not':
      return !holds(filter.filter, user)
    case 'present':
      return named(user, filter.attribute) !== ''
    case 'exact':
      return (user[filter.attribute] === filter.value) === (filter.operator === 'eq')
    case 'time': {
      const actual = filter.attribute === 'created' ? user.createdAt : user.updatedAt
      const order = Math.sign(actual - filter.value)
      return {
        eq: order === 0,
        ne: order !== 0,
        gt: order > 0,
        ge: order >= 0,
        lt: order < 0,
        le: order <= 0,
      }[filter.operator]
    }
    case 'name': {
      const actual = named(user, filter.attribute)
      const value = fold(filter.value)
      return {
        eq: actual === value,
        ne: actual !== value,
        sw: actual.startsWith(value),
        co: actual.includes(value),
        ew: actual.endsWith(value),
      }[filter.operator]
    }
  }
}

function named({ profile }: User, attribute: string): string {
  const { login, email, firstName, lastName } = profile
  const values = new Map(Object.entries({ login, email, firstName, lastName }))
  return fold(values.get(attribute.replace('profile.', '')) ?? '')
}
