import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TRIGGERS, type Trigger } from '../../src/directory/policy.ts'
import { createApp, webBody } from '../support/applications.ts'
import { ORGANIZATION_A, ORGANIZATION_B } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import {
  ADMIN_PASSWORD,
  type Credential,
  createCredential,
  openTestOkta,
  type TestOkta,
} from '../support/okta.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'

const ON = Object.fromEntries(TRIGGERS.map((name) => [name, true]))

describe.each(DATABASES)("an organization's policy on $name", (database) => {
  let server: TestOkta
  let issuer: TestIssuer
  let user: string
  let app: string
  beforeAll(async () => {
    server = await openTestOkta(database)
    issuer = openTestIssuer(server.authority)
  })
  beforeEach(async () => {
    await native('PUT', 'policy', {})
    user = (await createCredential(server.authority, server.authority.actorA)).userId
    app = await createApp(server, webBody())
  })
  afterAll(async () => {
    issuer.close()
    await server.close()
  })

  async function native(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    who: Credential = server.adminA,
  ) {
    const reply = await server.app.inject({
      method,
      url: `/api/rescind/v1/${path}`,
      headers: who.header,
      ...(body === undefined ? {} : { payload: body }),
    })
    return { status: reply.statusCode, body: reply.body === '' ? undefined : reply.json() }
  }
  const good = (id: string, organization = ORGANIZATION_A) => issuer.isGood(organization, id)

  it('has every trigger on and no cap, unless told', async () => {
    const defaults = { tokensPerUserAndApplication: null, triggers: ON }
    expect(await native('GET', 'policy')).toEqual({ status: 200, body: defaults })
    const changed = { tokensPerUserAndApplication: 50, triggers: { 'user.renamed': false } }
    const after = { tokensPerUserAndApplication: 50, triggers: { ...ON, 'user.renamed': false } }
    expect(await native('PUT', 'policy', changed)).toEqual({ status: 200, body: after })
    expect((await native('GET', 'policy')).body).toEqual(after)
    expect((await native('GET', 'policy', undefined, server.adminB)).body).toEqual(defaults)
    // What is left out takes its default.
    expect((await native('PUT', 'policy', {})).body).toEqual(defaults)
    const { body } = await native('GET', 'audit')
    expect(body.items.some(({ kind }: { readonly kind: string }) => kind === 'policy.updated')).toBe(true)
  })

  it.each<[string, object]>([
    ['a cap of nothing', { tokensPerUserAndApplication: 0 }],
    ['half a token', { tokensPerUserAndApplication: 1.5 }],
    ['an unknown trigger', { triggers: { 'user.sneezed': false } }],
    ['a trigger that is neither', { triggers: { 'user.renamed': 'no' } }],
    ['an unknown member', { tokens: 1 }],
  ])('refuses %s', async (_name, body) => {
    expect((await native('PUT', 'policy', body)).status).toBe(400)
  })

  it('is for readers to see and administrators to change', async () => {
    const reader = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    expect((await native('GET', 'policy', undefined, reader)).status).toBe(200)
    expect((await native('PUT', 'policy', {}, reader)).status).toBe(403)
  })

  const okta = async (
    ...call: Parameters<TestOkta['call']> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const { status, body } = await server.call(server.adminA, ...call)
    if (status >= 300) throw new Error(`${call[0]}: ${status} ${JSON.stringify(body)}`)
  }
  const createApi = async (more: object = {}) => {
    const body = { name: 'orders', audiences: [`https://orders-${app}.example.com`] }
    const { id } = (
      await server.call(server.adminA, 'POST /authorizationServers', { ...body, description: 'orders' })
    ).body
    const identifier = `https://api-${app}.example.com`
    const api = await native('POST', 'apis', { identifier, authorizationServerId: id, ...more })
    return { id: String(api.body.id), identifier, server: String(id) }
  }

  /** What sets a trigger off, and whether the block that follows voids the token by itself. */
  const changes: Readonly<
    Record<Trigger, { change: (api: string, server: string) => Promise<unknown>; blocks: boolean }>
  > = {
    'user.suspended': { change: () => okta(`POST /users/${user}/lifecycle/suspend`), blocks: true },
    'user.deactivated': { change: () => okta(`POST /users/${user}/lifecycle/deactivate`), blocks: true },
    'user.deleted': {
      change: async () => {
        await native('PUT', 'policy', {
          triggers: { 'user.deactivated': false, ...(await off('user.deleted')) },
        })
        await okta(`DELETE /users/${user}`)
        await okta(`DELETE /users/${user}`)
      },
      blocks: true,
    },
    'user.renamed': {
      change: () => okta(`POST /users/${user}`, { profile: { login: `${user}@new.example.com` } }),
      blocks: false,
    },
    'user.password_changed': {
      change: () =>
        okta(`POST /users/${user}/credentials/change_password`, {
          oldPassword: { value: ADMIN_PASSWORD },
          newPassword: { value: `${ADMIN_PASSWORD} again` },
        }),
      blocks: false,
    },
    'user.password_reset': {
      change: () => okta(`POST /users/${user}/lifecycle/expire_password_with_temp_password`),
      blocks: false,
    },
    'application.deactivated': { change: () => okta(`POST /apps/${app}/lifecycle/deactivate`), blocks: true },
    'application.deleted': {
      change: async () => {
        await native('PUT', 'policy', {
          triggers: { 'application.deactivated': false, ...(await off('application.deleted')) },
        })
        await okta(`POST /apps/${app}/lifecycle/deactivate`)
        await okta(`DELETE /apps/${app}`)
      },
      blocks: true,
    },
    'api.disabled': {
      change: (api, authorizationServerId) =>
        native('PUT', `apis/${api}`, { enabled: false, authorizationServerId }),
      blocks: true,
    },
    'api.deleted': { change: (api) => native('DELETE', `apis/${api}`), blocks: false },
  }

  async function off(name: Trigger): Promise<Partial<Record<Trigger, boolean>>> {
    const { body } = await native('GET', 'policy')
    return { [name]: body.triggers[name] }
  }

  const cutoffs = async () => {
    const { body } = await native('GET', 'audit?limit=1000')
    return body.items.filter(
      ({ kind, cause }: { readonly kind: string; readonly cause?: string }) =>
        kind.endsWith('.revoked') && TRIGGERS.some((name) => name === cause),
    ).length
  }

  it.each(TRIGGERS.flatMap((name) => [[name, true] as const, [name, false] as const]))(
    'decides whether %s revokes: %s',
    async (name, isOn) => {
      const api = await createApi()
      const token = await issuer.issue(ORGANIZATION_A, {
        user,
        client: app,
        api: api.identifier,
        issuerId: api.server,
      })
      const other = await issuer.issue(ORGANIZATION_A, { client: 'another-client' })
      await native('PUT', 'policy', { triggers: { [name]: isOn } })
      expect(await good(token)).toBe(true)
      const before = await cutoffs()
      await changes[name].change(api.id, api.server)
      expect((await cutoffs()) - before).toBe(isOn ? 1 : 0)
      expect(await good(token)).toBe(!isOn && !changes[name].blocks)
      expect(await good(other)).toBe(true)
    },
  )

  it('lets tokens come back with their owner only where nothing was revoked', async () => {
    for (const isOn of [true, false]) {
      await native('PUT', 'policy', { triggers: { 'user.suspended': isOn } })
      const token = await issuer.issue(ORGANIZATION_A, { user, client: app })
      await okta(`POST /users/${user}/lifecycle/suspend`)
      expect(await good(token)).toBe(false)
      await okta(`POST /users/${user}/lifecycle/unsuspend`)
      expect(await good(token)).toBe(!isOn)
    }
  })

  it('disables an API and enables it again, and brings no token back', async () => {
    const api = await createApi()
    const parts = { client: app, api: api.identifier, issuerId: api.server }
    const before = await issuer.issue(ORGANIZATION_A, parts)
    const rest = { authorizationServerId: api.server }
    const disabled = await native('PUT', `apis/${api.id}`, { ...rest, enabled: false })
    expect([disabled.status, disabled.body.enabled]).toEqual([200, false])
    expect(await good(before)).toBe(false)
    await expect(issuer.issue(ORGANIZATION_A, parts)).rejects.toThrow('born void')
    // Whoever says nothing of it changes nothing of it.
    expect((await native('PUT', `apis/${api.id}`, rest)).body.enabled).toBe(false)
    expect((await native('PUT', `apis/${api.id}`, { ...rest, enabled: true })).body.enabled).toBe(true)
    const after = await issuer.issue(ORGANIZATION_A, parts)
    expect([await good(before), await good(after)]).toEqual([false, true])
  })

  it('unblocks the identifier of an API that was deleted while it was disabled, for the next one of that name', async () => {
    const api = await createApi({ enabled: false })
    const parts = { client: app, api: api.identifier, issuerId: api.server }
    await expect(issuer.issue(ORGANIZATION_A, parts)).rejects.toThrow('born void')
    await native('DELETE', `apis/${api.id}`)
    await native('POST', 'apis', { identifier: api.identifier, authorizationServerId: api.server })
    expect(await good(await issuer.issue(ORGANIZATION_A, parts))).toBe(true)
  })

  describe('with a cap', () => {
    const issueMany = async (count: number, parts: { user?: string; client?: string } = {}) => {
      const ids: string[] = []
      for (let made = 0; made < count; made += 1) {
        server.authority.clock.advance(1)
        ids.push(await issuer.issue(ORGANIZATION_A, { user, client: app, ...parts }))
      }
      return ids
    }
    const standing = (ids: readonly string[]) => Promise.all(ids.map((id) => good(id)))

    it('revokes the token issued longest ago when the next one is issued', async () => {
      await native('PUT', 'policy', { tokensPerUserAndApplication: 3 })
      const ids = await issueMany(5)
      expect(await standing(ids)).toEqual([false, false, true, true, true])
      const { body } = await native('POST', 'tokens/explain', { id: ids[0] })
      expect([body.standing, body.entry.kind, body.entry.cause]).toEqual([
        'revoked',
        'token.revoked',
        'policy.token_cap',
      ])
    })

    it('counts by user and application, only what is good, and not what has no user', async () => {
      await native('PUT', 'policy', { tokensPerUserAndApplication: 2 })
      const other = (await createCredential(server.authority, server.authority.actorA)).userId
      const theirs = await issueMany(2, { user: other })
      const elsewhere = await issueMany(2, { client: await createApp(server, webBody()) })
      const [first = '', second = ''] = await issueMany(2)
      await native('POST', 'revocations', { target: { type: 'token', id: second }, reason: 'test' })
      const [third = ''] = await issueMany(1)
      expect(await standing([first, second, third])).toEqual([true, false, true])
      expect(await standing([...theirs, ...elsewhere])).toEqual([true, true, true, true])
      server.authority.clock.advance(1)
      const own = []
      for (let made = 0; made < 4; made += 1) own.push(await issuer.issue(ORGANIZATION_A, { client: app }))
      expect(await standing(own)).toEqual([true, true, true, true])
    })

    it('takes effect when it is lowered with the next token, and is off without one', async () => {
      const ids = await issueMany(6)
      expect(await standing(ids)).toEqual([true, true, true, true, true, true])
      await native('PUT', 'policy', { tokensPerUserAndApplication: 2 })
      expect(await standing(ids)).toEqual([true, true, true, true, true, true])
      const [next = ''] = await issueMany(1)
      expect(await standing([...ids, next])).toEqual([false, false, false, false, false, true, true])
      await native('PUT', 'policy', {})
      expect(await standing(await issueMany(4))).toEqual([true, true, true, true])
    })

    it("of one organization is not another's", async () => {
      await native('PUT', 'policy', { tokensPerUserAndApplication: 1 })
      const { userId } = await createCredential(server.authority, server.authority.actorB)
      const ids = []
      for (let made = 0; made < 3; made += 1)
        ids.push(await issuer.issue(ORGANIZATION_B, { user: userId, client: 'client-of-b' }))
      for (const id of ids) expect(await good(id, ORGANIZATION_B)).toBe(true)
    })

    it('holds when tokens are issued at the same time', async () => {
      await native('PUT', 'policy', { tokensPerUserAndApplication: 5 })
      const ids = await Promise.all(
        Array.from({ length: 20 }, () =>
          issuer.issue(ORGANIZATION_A, { user, client: app }).catch(() => undefined),
        ),
      )
      const issued = ids.filter((id) => id !== undefined)
      expect((await standing(issued)).filter(Boolean).length).toBeLessThanOrEqual(5)
    })
  })
})
