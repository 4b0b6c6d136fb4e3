import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { type Credential, createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { nativeCalls } from './calls.ts'

const PASSWORD = 'correct horse battery staple'
const HOSTILE = '<img src=x onerror=alert(1)>=cmd()'

describe.each(DATABASES)('users of the native API on $name', (database) => {
  let server: TestOkta
  let reader: Credential
  const call = nativeCalls(() => server)
  beforeAll(async () => {
    server = await openTestOkta(database)
    reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    for (const name of ['ada', 'ben', 'cleo', 'dora', 'eve'])
      await call('POST', '/users', draft(`${name}@people.example.com`, { firstName: name }))
  })
  afterAll(() => server.close())

  const draft = (login: string, more: object = {}) => ({ profile: { login, email: login, ...more } })
  const logins = ({ body }: { body: { items: { login: string }[] } }) =>
    body.items.map(({ login }) => login.split('@')[0])
  const made = async (name: string, more: object = {}) => {
    const { status, body } = await call('POST', '/users', {
      ...draft(`${name}@example.com`),
      password: PASSWORD,
      ...more,
    })
    expect(status).toBe(201)
    return String(body.id)
  }

  it('are looked through by page, in both directions, by login and by age', async () => {
    for (const [sort, names] of [
      ['login', ['ada', 'ben', 'cleo', 'dora', 'eve']],
      ['-login', ['eve', 'dora', 'cleo', 'ben', 'ada']],
      ['created', ['ada', 'ben', 'cleo', 'dora', 'eve']],
      ['-created', ['eve', 'dora', 'cleo', 'ben', 'ada']],
    ] as const) {
      const seen: (string | undefined)[] = []
      let after = ''
      do {
        const search = encodeURIComponent('profile.login ew "@people.example.com"')
        const page = await call('GET', `/users?search=${search}&sort=${sort}&limit=2${after}`)
        expect(page.status).toBe(200)
        seen.push(...logins(page))
        after = page.body.next === null ? '' : `&after=${page.body.next}`
      } while (after !== '')
      // Those that were made in one millisecond come in the order of their ids.
      expect(sort.endsWith('login') ? seen : [...seen].sort()).toEqual(
        sort.endsWith('login') ? names : [...names].sort(),
      )
      expect(new Set(seen).size).toBe(5)
    }
    expect((await call('GET', '/users?sort=login&after=bm9uZQ')).status).toBe(400)
  })

  it('are found by the beginning of a login or a name, and by status', async () => {
    expect(logins(await call('GET', '/users?q=CLEO'))).toEqual(['cleo'])
    expect(logins(await call('GET', '/users?q=%25'))).toEqual([])
    const id = await made('gone')
    await call('POST', `/users/${id}/disable`)
    expect(logins(await call('GET', '/users?q=gone'))).toEqual(['gone'])
    expect(logins(await call('GET', '/users?q=gone&status=ACTIVE,SUSPENDED'))).toEqual([])
    expect(await call('GET', '/users/count?q=gone')).toMatchObject({ body: { count: 1, exact: true } })
    expect((await call('GET', '/users?status=GONE')).status).toBe(400)
    expect((await call('GET', '/users?search=nonsense')).body.code).toBe('user_search_invalid')
  })

  it('live: created, renamed, suspended and back, disabled, deleted', async () => {
    const id = await made('life')
    expect((await call('GET', `/users/life@example.com`)).body).toMatchObject({
      id,
      status: 'ACTIVE',
      hasPassword: true,
      isYou: false,
      roles: [],
      actions: {
        suspend: { allowed: true },
        disable: { allowed: true },
        unsuspend: { allowed: false, reason: 'user_status_forbids' },
        delete: { allowed: false, reason: 'user_status_forbids' },
      },
    })
    const renamed = await call('PATCH', `/users/${id}`, {
      profile: { login: 'lives@example.com', displayName: HOSTILE },
    })
    expect(renamed.body).toMatchObject({ login: 'lives@example.com', profile: { displayName: HOSTILE } })
    expect(await call('DELETE', `/users/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'user_status_forbids' },
    })
    for (const [move, status] of [
      ['suspend', 'SUSPENDED'],
      ['unsuspend', 'ACTIVE'],
      ['disable', 'DEPROVISIONED'],
      ['enable', 'PROVISIONED'],
      ['disable', 'DEPROVISIONED'],
    ])
      expect((await call('POST', `/users/${id}/${move}`)).body).toMatchObject({ status })
    expect((await call('DELETE', `/users/${id}`)).status).toBe(204)
    expect((await call('GET', `/users/${id}`)).status).toBe(404)
    const { body } = await call('GET', '/revocations')
    const causes = body.items
      .filter(({ target }: { target: { user?: string } }) => target.user === id)
      .map(({ cause }: { cause: string }) => cause)
    expect(causes).toContain('user.deleted')
  })

  it('get passwords: a chosen one, one to be changed, a temporary one that is told once', async () => {
    const id = await made('pass')
    expect(await call('PUT', `/users/${id}/password`, { password: 'another horse battery' })).toEqual({
      status: 200,
      body: { temporaryPassword: null },
    })
    await call('PUT', `/users/${id}/password`, { password: 'another horse battery', mustChange: true })
    expect((await call('GET', `/users/${id}`)).body.status).toBe('PASSWORD_EXPIRED')
    const { body } = await call('PUT', `/users/${id}/password`, { temporary: true })
    expect(body.temporaryPassword).toMatch(/^[\w-]{16}$/)
    expect((await call('PUT', `/users/${id}/password`, { password: 'short' })).body).toMatchObject({
      code: 'password_refused',
      details: { requirement: 'at least 8 characters' },
    })
    expect(server.logged()).not.toContain(body.temporaryPassword)
  })

  it('have roles, which nobody gives who has less, and the last administrator keeps', async () => {
    const id = await made('roles')
    for (let times = 0; times < 2; times += 1)
      expect((await call('PUT', `/users/${id}/roles/organization_reader`)).status).toBe(204)
    expect((await call('GET', `/users/${id}/roles`)).body.items).toMatchObject([
      { role: 'organization_reader' },
    ])
    expect((await call('DELETE', `/users/${id}/roles/organization_reader`)).status).toBe(204)
    expect((await call('PUT', `/users/${id}/roles/installation_admin`)).status).toBe(403)
    const { userId } = server.adminA
    expect((await call('GET', `/users/${userId}`)).body).toMatchObject({
      isYou: true,
      actions: { disable: { allowed: false, reason: 'user_is_last_administrator' } },
    })
    expect((await call('POST', `/users/${userId}/disable`)).body.code).toBe('user_is_last_administrator')
  })

  it('show a reader everything and let a reader change nothing', async () => {
    const id = await made('read')
    const { body } = await call('GET', `/users/${id}`, undefined, reader)
    const actions: { allowed: boolean }[] = Object.values(body.actions)
    expect(actions.filter(({ allowed }) => allowed)).toEqual([])
    for (const [method, path, given] of [
      ['POST', '/users', draft('x@example.com')],
      ['PATCH', `/users/${id}`, { profile: {} }],
      ['PUT', `/users/${id}/password`, { temporary: true }],
      ['POST', `/users/${id}/suspend`, undefined],
      ['DELETE', `/users/${id}`, undefined],
      ['PUT', `/users/${id}/roles/organization_admin`, undefined],
      ['DELETE', `/users/${id}/sessions`, undefined],
      ['DELETE', `/users/${id}/grants`, undefined],
    ] as const)
      expect((await call(method, path, given, reader)).status, `${method} ${path}`).toBe(403)
  })

  it('of another organization do not exist', async () => {
    const id = await made('own')
    for (const path of ['', '/roles', '/sessions', '/applications', '/grants'])
      expect((await call('GET', `/users/${id}${path}`, undefined, server.adminB)).status).toBe(404)
    for (const path of ['suspend', 'disable', 'enable'])
      expect((await call('POST', `/users/${id}/${path}`, undefined, server.adminB)).status).toBe(404)
    expect((await call('GET', '/users?q=own', undefined, server.adminB)).body.items).toEqual([])
    expect((await call('GET', `/users/${id}`)).body.status).toBe('ACTIVE')
  })
})
