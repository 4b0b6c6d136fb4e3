import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { type OktaReply, openTestOkta, type TestOkta } from '../support/okta.ts'

const CANARY = 'canary-0f6d3a7e-secret'

const outcome = ({ status, body }: OktaReply) => [
  status,
  body?.errorCode,
  body?.errorCauses?.[0]?.errorSummary,
]

describe.each(DATABASES)('users on $name', (database) => {
  let okta: TestOkta
  beforeAll(async () => {
    okta = await openTestOkta(database)
  })
  afterAll(() => okta.close())

  const profile = (name: string) => ({
    login: `${name}@example.com`,
    email: `${name}@example.com`,
    firstName: name,
    lastName: 'Example',
  })
  async function create(name: string, query = '', password: string | undefined = `${CANARY} of somebody`) {
    const credentials = password === undefined ? {} : { credentials: { password: { value: password } } }
    const { status, body } = await okta.call(okta.adminA, `POST /users${query}`, {
      profile: profile(name),
      ...credentials,
    })
    expect(status).toBe(200)
    return body
  }
  const status = async (id: string) => (await okta.call(okta.adminA, `GET /users/${id}`)).body.status

  it('shows a user as Okta does, without a secret and without a link that SDKs would cache', async () => {
    const user = await create('shown')
    expect(user).toEqual({
      id: expect.stringMatching(/^00u[0-9A-Za-z]{17}$/),
      status: 'ACTIVE',
      created: '2026-01-01T00:00:00.000Z',
      activated: '2026-01-01T00:00:00.000Z',
      statusChanged: '2026-01-01T00:00:00.000Z',
      lastLogin: null,
      lastUpdated: '2026-01-01T00:00:00.000Z',
      passwordChanged: '2026-01-01T00:00:00.000Z',
      profile: profile('shown'),
      credentials: { password: {}, provider: { type: 'OKTA', name: 'OKTA' } },
      _links: {
        suspend: { href: `http://localhost:8080/api/v1/users/${user.id}/lifecycle/suspend`, method: 'POST' },
        expirePassword: {
          href: `http://localhost:8080/api/v1/users/${user.id}/lifecycle/expire_password`,
          method: 'POST',
        },
        deactivate: {
          href: `http://localhost:8080/api/v1/users/${user.id}/lifecycle/deactivate`,
          method: 'POST',
        },
      },
    })
  })

  it.each([
    ['', CANARY, 'ACTIVE'],
    ['?activate=true', undefined, 'PROVISIONED'],
    ['?activate=false', CANARY, 'STAGED'],
    ['?activate=false', undefined, 'STAGED'],
    ['?nextLogin=changePassword', CANARY, 'PASSWORD_EXPIRED'],
  ])('created with %j and password %s a user is %s', async (query, password, expected) => {
    const name = `born-${expected}-${password === undefined ? 'without' : 'with'}`.toLowerCase()
    const { status, body } = await okta.call(okta.adminA, `POST /users${query}`, {
      profile: profile(name),
      ...(password === undefined ? {} : { credentials: { password: { value: password } } }),
    })
    expect([status, body.status]).toEqual([200, expected])
  })

  it('finds a user by id, by login in any case, and the owner of the credential as me', async () => {
    const { id } = await create('Found')
    for (const reference of [id, 'found@example.com', 'FOUND@EXAMPLE.COM'])
      expect((await okta.call(okta.adminA, `GET /users/${reference}`)).body.id).toBe(id)
    expect((await okta.call(okta.adminA, 'GET /users/me')).body.id).toBe(okta.adminA.userId)
  })

  it('keeps logins apart without case, in one organization', async () => {
    await create('taken')
    const again = { profile: { ...profile('taken'), login: 'TAKEN@example.com' } }
    expect(outcome(await okta.call(okta.adminA, 'POST /users', again))).toEqual([
      400,
      'E0000001',
      'login: An object with this field already exists in the current organization',
    ])
    expect((await okta.call(okta.adminB, 'POST /users', again)).status).toBe(200)
    const other = await create('other')
    expect(outcome(await okta.call(okta.adminA, `POST /users/${other.id}`, again))).toEqual([
      400,
      'E0000001',
      'login: An object with this field already exists in the current organization',
    ])
  })

  it('changes what POST names and replaces all that PUT leaves out', async () => {
    const { id } = await create('changing')
    const posted = await okta.call(okta.adminA, `POST /users/${id}`, {
      profile: { title: 'Dr', lastName: null },
    })
    expect(posted.body.profile).toEqual({
      login: 'changing@example.com',
      email: 'changing@example.com',
      firstName: 'changing',
      title: 'Dr',
    })
    const put = await okta.call(okta.adminA, `PUT /users/${id}`, { profile: profile('changing') })
    expect(put.body.profile).toEqual(profile('changing'))
    const sentBack = await okta.call(okta.adminA, `PUT /users/${id}`, put.body)
    expect([sentBack.status, sentBack.body.profile]).toEqual([200, profile('changing')])
  })

  it('lives through its life cycle', async () => {
    const { id } = await create('living', '?activate=false')
    const steps = [
      ['activate', 200, 'ACTIVE'],
      ['activate', 403, 'ACTIVE'],
      ['reactivate', 403, 'ACTIVE'],
      ['unsuspend', 400, 'ACTIVE'],
      ['suspend', 200, 'SUSPENDED'],
      ['suspend', 400, 'SUSPENDED'],
      ['activate', 403, 'SUSPENDED'],
      ['unsuspend', 200, 'ACTIVE'],
      ['expire_password', 200, 'PASSWORD_EXPIRED'],
      ['deactivate', 200, 'DEPROVISIONED'],
      ['deactivate', 403, 'DEPROVISIONED'],
      ['suspend', 400, 'DEPROVISIONED'],
      ['activate', 200, 'PROVISIONED'],
      ['reactivate', 200, 'PROVISIONED'],
    ] as const
    for (const [operation, expected, then] of steps) {
      const reply = await okta.call(okta.adminA, `POST /users/${id}/lifecycle/${operation}`)
      expect([operation, reply.status, await status(id)]).toEqual([operation, expected, then])
    }
  })

  it.each([
    ['suspend', 400, 'E0000001', 'Cannot suspend a user that is not active'],
    ['unsuspend', 400, 'E0000001', 'Cannot unsuspend a user that is not suspended'],
    ['reactivate', 403, 'E0000038', undefined],
    ['expire_password', 403, 'E0000038', undefined],
  ])('refuses to %s a staged user in the words of Okta', async (operation, ...expected) => {
    const { id } = await create(`staged-${operation}`, '?activate=false')
    expect(outcome(await okta.call(okta.adminA, `POST /users/${id}/lifecycle/${operation}`))).toEqual(
      expected,
    )
  })

  it('deletes in two steps', async () => {
    const { id } = await create('leaving')
    expect((await okta.call(okta.adminA, `DELETE /users/${id}`)).status).toBe(204)
    expect(await status(id)).toBe('DEPROVISIONED')
    expect((await okta.call(okta.adminA, `DELETE /users/${id}`)).status).toBe(204)
    const gone = await okta.call(okta.adminA, `GET /users/${id}`)
    expect([gone.status, gone.body.errorSummary]).toEqual([
      404,
      `Not found: Resource not found: ${id} (User)`,
    ])
    await create('leaving')
  })

  it('changes a password for who knows the old one', async () => {
    const { id } = await create('secretive')
    const change = (oldPassword: string, newPassword: string) =>
      okta.call(okta.adminA, `POST /users/${id}/credentials/change_password`, {
        oldPassword: { value: oldPassword },
        newPassword: { value: newPassword },
      })
    expect(outcome(await change('wrong', `${CANARY} new`))).toEqual([
      403,
      'E0000014',
      'Old Password is not correct',
    ])
    expect(outcome(await change(`${CANARY} of somebody`, 'short'))).toEqual([
      400,
      'E0000001',
      'password: Password requirements were not met. Password requirements: at least 8 characters.',
    ])
    expect((await change(`${CANARY} of somebody`, `${CANARY} new`)).body).toEqual({
      password: {},
      provider: { type: 'OKTA', name: 'OKTA' },
    })
    expect((await change(`${CANARY} of somebody`, `${CANARY} newer`)).status).toBe(403)
    const { body } = await okta.call(
      okta.adminA,
      `POST /users/${id}/lifecycle/expire_password_with_temp_password`,
    )
    expect(await status(id)).toBe('PASSWORD_EXPIRED')
    expect((await change(body.tempPassword, `${CANARY} newest`)).status).toBe(200)
    expect(await status(id)).toBe('ACTIVE')
  })

  it('lets only one of two changes of a password win', async () => {
    const { id } = await create('contested')
    const replies = await Promise.all(
      ['first', 'second'].map((which) =>
        okta.call(okta.adminA, `POST /users/${id}/credentials/change_password`, {
          oldPassword: { value: `${CANARY} of somebody` },
          newPassword: { value: `${CANARY} ${which}` },
        }),
      ),
    )
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 403])
  })

  it('lets a provisioned user in with a password that an administrator sets', async () => {
    const { body: user } = await okta.call(okta.adminA, 'POST /users', { profile: profile('waiting') })
    expect(user.status).toBe('PROVISIONED')
    const { body } = await okta.call(okta.adminA, `POST /users/${user.id}`, {
      credentials: { password: { value: CANARY } },
    })
    expect(body.status).toBe('ACTIVE')
  })

  it('does not let the last administrator go, and says why', async () => {
    for (const place of [
      `POST /users/${okta.adminA.userId}/lifecycle/suspend`,
      `POST /users/${okta.adminA.userId}/lifecycle/deactivate`,
      `DELETE /users/me`,
    ] as const) {
      expect(outcome(await okta.call(okta.adminA, place))).toEqual([
        400,
        'E0000001',
        'The last administrator of the organization cannot be disabled or removed',
      ])
    }
  })

  describe('what belongs to another organization', () => {
    it.each([
      ['GET', '', undefined],
      ['POST', '', { profile: { firstName: 'Mallory' } }],
      ['PUT', '', { profile: profile('mallory') }],
      ['DELETE', '', undefined],
      ['POST', '/lifecycle/activate', undefined],
      ['POST', '/lifecycle/reactivate', undefined],
      ['POST', '/lifecycle/suspend', undefined],
      ['POST', '/lifecycle/unsuspend', undefined],
      ['POST', '/lifecycle/deactivate', undefined],
      ['POST', '/lifecycle/expire_password', undefined],
      ['POST', '/lifecycle/expire_password_with_temp_password', undefined],
      [
        'POST',
        '/credentials/change_password',
        { oldPassword: { value: 'x' }, newPassword: { value: `${CANARY} x` } },
      ],
    ] as const)('does not exist: %s %s', async (method, path, body) => {
      const before = await okta.call(okta.adminA, 'GET /users/me')
      const { login } = before.body.profile
      for (const reference of [okta.adminA.userId, login]) {
        const reply = await okta.call(okta.adminB, `${method} /users/${reference}${path}`, body)
        expect([reply.status, reply.body.errorCode]).toEqual([404, 'E0000007'])
      }
      expect((await okta.call(okta.adminA, 'GET /users/me')).body).toEqual(before.body)
    })

    it('is in no list', async () => {
      const { body } = await okta.call(
        okta.adminB,
        `GET /users?search=${encodeURIComponent(`id eq "${okta.adminA.userId}"`)}`,
      )
      expect(body).toEqual([])
    })
  })

  describe('bodies', () => {
    it.each([
      ['no profile', {}, 'profile: The field cannot be left blank'],
      ['no login', { profile: { email: 'a@b' } }, 'profile.login: The field cannot be left blank'],
      [
        'an unknown attribute',
        { profile: { ...profile('x'), shoe: '44' } },
        'profile.shoe: The field is not known here',
      ],
      ['a number', { profile: { ...profile('x'), title: 5 } }, expect.stringMatching(/^profile\.title: /)],
      [
        'a long name',
        { profile: { ...profile('x'), firstName: 'x'.repeat(51) } },
        expect.stringMatching(/^profile\.firstName: /),
      ],
      [
        'white space in a login',
        { profile: { ...profile('x'), login: 'a b' } },
        expect.stringMatching(/^profile\.login: /),
      ],
      [
        'text from right to left',
        { profile: { ...profile('x'), title: 'a\u202eb' } },
        expect.stringMatching(/^profile\.title: /),
      ],
      [
        'no e-mail address',
        { profile: { ...profile('x'), email: 'x' } },
        expect.stringMatching(/^profile\.email: /),
      ],
      ['groups', { profile: profile('x'), groupIds: ['g'] }, 'groupIds: The field is not known here'],
      [
        'a password that is a number',
        { profile: profile('x'), credentials: { password: { value: 1 } } },
        expect.stringMatching(/^credentials\.password/),
      ],
      [
        'a hashed password',
        { profile: profile('x'), credentials: { password: { hash: {} } } },
        expect.stringMatching(/^credentials\.password/),
      ],
      [
        'a password with the login',
        { profile: profile('mallory'), credentials: { password: { value: 'x-Mallory-x' } } },
        'password: Password requirements were not met. Password requirements: no parts of your username.',
      ],
    ])('%s', async (_, body, cause) => {
      const before = (await okta.call(okta.adminA, 'GET /users?limit=200')).body.length
      const reply = await okta.call(okta.adminA, 'POST /users', body)
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'E0000001'])
      const causes = reply.body.errorCauses.map((one: { errorSummary: string }) => one.errorSummary)
      expect(causes).toContainEqual(cause)
      expect((await okta.call(okta.adminA, 'GET /users?limit=200')).body.length).toBe(before)
    })
  })

  it('logs no password, whatever became of the request', () => {
    expect(okta.logged()).toContain('/api/v1/users')
    expect(okta.logged()).not.toContain(CANARY)
    expect(okta.logged()).not.toContain('argon2')
  })
})
