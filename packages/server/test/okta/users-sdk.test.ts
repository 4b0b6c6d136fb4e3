import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { type Credential, openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)("users and API tokens through Okta's SDK on $name", (database) => {
  let server: TestOkta
  let origin: string
  let client: okta.Client
  beforeAll(async () => {
    server = await openTestOkta(database)
    origin = await server.listen()
    client = clientOf(server.adminA)
  })
  afterAll(() => server.close())

  function clientOf({ token }: Pick<Credential, 'token'>, orgUrl = origin): okta.Client {
    return new okta.Client({
      orgUrl,
      token,
      cacheMiddleware: null,
      requestExecutor: new okta.RequestExecutor(),
    })
  }
  const profile = (name: string) => ({
    login: `${name}@example.com`,
    email: `${name}@example.com`,
    firstName: 'Grace',
    lastName: 'Hopper',
  })
  const create = (name: string, activate = true) =>
    client.userApi.createUser({
      body: { profile: profile(name), credentials: { password: { value: 'a password for nobody' } } },
      activate,
    })
  const status = async (userId: string) => (await client.userApi.getUser({ userId })).status
  const refusal = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.then(
      () => undefined,
      (reason) => reason,
    )
    if (!(error instanceof okta.OktaApiError)) throw new Error(`no OktaApiError: ${error}`)
    return [error.status, error.errorCode]
  }

  it('creates, reads, changes, replaces and deletes a user', async () => {
    const created = await create('grace')
    expect(created.status).toBe('ACTIVE')
    expect(created.created).toEqual(new Date(server.authority.clock.now()))
    const userId = created.id ?? ''
    const read = await client.userApi.getUser({ userId: 'GRACE@example.com' })
    expect([read.id, read.profile?.firstName]).toEqual([userId, 'Grace'])
    const updated = await client.userApi.updateUser({ userId, user: { profile: { title: 'Admiral' } } })
    expect([updated.profile?.title, updated.profile?.login]).toEqual(['Admiral', 'grace@example.com'])
    const replaced = await client.userApi.replaceUser({ userId, user: { profile: profile('grace') } })
    expect(replaced.profile?.title).toBeUndefined()
    await client.userApi.deleteUser({ userId })
    expect(await status(userId)).toBe('DEPROVISIONED')
    await client.userApi.deleteUser({ userId })
    expect(await refusal(client.userApi.getUser({ userId }))).toEqual([404, 'E0000007'])
  })

  it('moves a user through the life cycle', async () => {
    const { id: userId = '' } = await create('ada', false)
    expect(await status(userId)).toBe('STAGED')
    await client.userApi.activateUser({ userId, sendEmail: false })
    expect(await status(userId)).toBe('ACTIVE')
    await client.userApi.suspendUser({ userId })
    expect(await status(userId)).toBe('SUSPENDED')
    expect(await refusal(client.userApi.suspendUser({ userId }))).toEqual([400, 'E0000001'])
    await client.userApi.unsuspendUser({ userId })
    const expired = await client.userApi.expirePassword({ userId })
    expect(expired.status).toBe('PASSWORD_EXPIRED')
    const credentials = await client.userApi.changePassword({
      userId,
      changePasswordRequest: {
        oldPassword: { value: 'a password for nobody' },
        newPassword: { value: 'another one for her' },
      },
    })
    expect(credentials.provider?.type).toBe('OKTA')
    await client.userApi.deactivateUser({ userId })
    expect(await status(userId)).toBe('DEPROVISIONED')
  })

  it('lists users page by page, by q, search and filter', async () => {
    for (const name of ['turing-1', 'turing-2', 'turing-3']) {
      await create(name)
      server.authority.clock.advance(1)
    }
    const ids = async (request: Parameters<typeof client.userApi.listUsers>[0]) => {
      const logins: (string | undefined)[] = []
      for await (const user of await client.userApi.listUsers(request)) logins.push(user?.profile?.login)
      return logins
    }
    const all = ['turing-1@example.com', 'turing-2@example.com', 'turing-3@example.com']
    expect(await ids({ q: 'TURING', limit: 1 })).toEqual(all)
    expect(await ids({ search: 'profile.login sw "turing" and status eq "ACTIVE"', limit: 2 })).toEqual(all)
    expect(await ids({ filter: 'profile.login eq "turing-2@example.com"' })).toEqual(all.slice(1, 2))
    expect(await refusal(ids({ search: 'profile.login like "x"' }))).toEqual([400, 'E0000031'])
  })

  it('lists, reads and revokes API tokens', async () => {
    const made = await server.call(server.adminA, 'POST /api-tokens', { name: 'for the SDK' })
    expect(made.status).toBe(201)
    const own = clientOf({ token: made.body.token })
    const names: (string | undefined)[] = []
    for await (const token of await own.apiTokenApi.listApiTokens()) names.push(token?.name)
    expect(names).toContain('for the SDK')
    const read = await own.apiTokenApi.getApiToken({ apiTokenId: made.body.id })
    expect([read.name, read.userId]).toEqual(['for the SDK', server.adminA.userId])
    await own.apiTokenApi.revokeCurrentApiToken()
    expect(await refusal(own.userApi.getUser({ userId: 'me' }))).toEqual([401, 'E0000011'])
  })

  it('tolerates an orgUrl that ends in a slash', async () => {
    const slashed = clientOf(server.adminA, `${origin}/`)
    expect((await slashed.userApi.getUser({ userId: 'me' })).id).toBe(server.adminA.userId)
  })

  it('refuses a bad token and a role that is too small', async () => {
    expect(await refusal(clientOf({ token: '00nobody' }).userApi.getUser({ userId: 'me' }))).toEqual([
      401,
      'E0000011',
    ])
  })
})

describe.each(DATABASES)("a rate limit through Okta's SDK on $name", (database) => {
  it('is E0000047', async () => {
    const server = await openTestOkta(database, { requestsPerMinute: 1 })
    const client = new okta.Client({
      orgUrl: await server.listen(),
      token: server.adminA.token,
      cacheMiddleware: null,
      requestExecutor: new okta.RequestExecutor(),
    })
    await client.userApi.getUser({ userId: 'me' })
    await expect(client.userApi.getUser({ userId: 'me' })).rejects.toMatchObject({
      status: 429,
      errorCode: 'E0000047',
    })
    await server.close()
  })
})
