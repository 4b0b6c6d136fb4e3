import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

const PLACES = [
  ['POST', '/users'],
  ['POST', '/users/victim'],
  ['PUT', '/users/victim'],
  ['POST', '/users/victim/credentials/change_password'],
  ['POST', '/api-tokens'],
] as const

/** A body of nearly the right shape: the members that are looked at, with anything in them. */
const member = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant(`'; drop table users; --`))
const profile = fc.dictionary(
  fc.constantFrom('login', 'email', 'firstName', 'title', 'secondEmail', 'x'),
  member,
)
const password = fc.oneof(member, fc.record({ value: member }))
const body = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      profile: fc.oneof(profile, member),
      credentials: fc.oneof(fc.record({ password }), member),
      oldPassword: password,
      newPassword: password,
      name: member,
      expiresAt: member,
      id: member,
    },
    { requiredKeys: [] },
  ),
)
const parameters = fc.dictionary(
  fc.constantFrom('q', 'search', 'filter', 'limit', 'after', 'activate', 'nextLogin', 'x'),
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('0', '-1', '1e9', 'true', 'null', `' or 1=1`)),
  { maxKeys: 4 },
)

describe.each(DATABASES)('nonsense on $name', (database) => {
  let okta: TestOkta
  let victim: string
  beforeAll(async () => {
    okta = await openTestOkta(database)
    // What is not refused may change this user, and only this one.
    victim = (await createCredential(okta.authority, okta.authority.actorA)).userId
  })
  afterAll(() => okta.close())

  it('is refused in the envelope, whatever it is, and never a fault of the server', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PLACES), parameters, body, async (place, query, payload) => {
        const search = new URLSearchParams(Object.entries(query)).toString()
        const [method, path] = place
        const sent = await okta.call(
          okta.adminA,
          `${method} ${path.replace('victim', victim)}?${search}`,
          payload ?? null,
        )
        expect(sent.status).toBeLessThan(500)
        if (sent.status >= 400) expect(sent.body.errorCode).toMatch(/^E\d{7}$/)
        const listed = await okta.call(okta.adminB, `GET /users?${search}`)
        expect(listed.status === 200 || listed.body.errorCode !== undefined).toBe(true)
        expect(listed.status).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
    expect((await okta.call(okta.adminA, 'GET /users/me')).status).toBe(200)
    // Whatever was done, it was not done to the other organization.
    expect((await okta.call(okta.adminB, 'GET /users')).body.length).toBe(1)
  })

  it('in a path names nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (id) => {
        fc.pre(id.isWellFormed() && !['me', '.', '..'].includes(id))
        const place = `GET /users/${encodeURIComponent(id)}` as const
        const { status, body: refused } = await okta.call(okta.adminB, place)
        expect([status, refused.errorCode]).toEqual([404, 'E0000007'])
      }),
    )
  })
})
