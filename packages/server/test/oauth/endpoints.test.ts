/* Our own endpoints against what does not belong there: other bodies, other addresses, another organization. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import {
  createClient,
  createServer,
  fresh,
  Management,
  type TestApi,
  type TestClient,
} from '../support/management.ts'
import { clientToken, introspect, openWorld } from '../support/oidc-world.ts'

type World = Awaited<ReturnType<typeof openWorld>>

const FORM = 'application/x-www-form-urlencoded'

describe.each(DATABASES)('endpoints of authorization servers on $name', (database) => {
  let world: World
  let other: { readonly api: TestApi; readonly service: TestClient; readonly admin: Management }
  beforeAll(async () => {
    world = await openWorld(database)
    const subdomain = fresh('other')
    const { admin } = await world.admin.ok('POST /api/rescind/v1/organizations', { name: 'Other', subdomain })
    const theirs = new Management(world.publicUrl, admin.apiToken)
    other = {
      admin: theirs,
      api: await createServer(theirs, 'opaque'),
      service: await createClient(theirs, { type: 'service', method: 'client_secret_basic' }),
    }
  })
  afterAll(() => world.close())

  const authorization = ({ clientId, secret }: TestClient) =>
    `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`

  async function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
    const reply = await fetch(`${world.publicUrl}${path}`, {
      method: 'POST',
      headers: { authorization: authorization(world.inspector), 'content-type': FORM, ...headers },
      body,
    })
    return { status: reply.status, body: await reply.json().catch(() => undefined) }
  }

  const NAMES = ['introspect', 'revoke'] as const

  it.each(
    NAMES.flatMap((name) =>
      (
        [
          ['JSON', '{"token":"x"}', { 'content-type': 'application/json' }],
          ['no form at all', 'token=x', { 'content-type': 'text/plain' }],
          ['a parameter twice', 'token=x&token=y', {}],
          ['an empty token', 'token=', {}],
          ['a body without end', `token=${'x'.repeat(100_000)}`, {}],
        ] as const
      ).map((row) => [name, ...row] as const),
    ),
  )('%s refuses %s', async (name, _what, body, headers) => {
    const path = `/oauth2/${world.apis.jwt.serverId}/v1/${name}`
    expect(await post(path, body, headers)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it.each(NAMES)('%s does not exist where there is no such authorization server', async (name) => {
    const organization = (await world.admin.ok('GET /api/rescind/v1/bootstrap')).organizationId
    for (const id of ['aus00000000000000000', 'nonsense', '__proto__', organization])
      expect(await post(`/oauth2/${id}/v1/${name}`, 'token=x')).toMatchObject({ status: 404 })
    expect(await post(`/oauth2/v1/${name}`, 'token=x')).toMatchObject({ status: 200 })
  })

  it('an inactive authorization server answers nothing', async () => {
    const { admin, service, inspector } = world
    const api = await createServer(admin, 'opaque')
    const { access_token } = await clientToken(service, api)
    expect(await introspect({ inspector }, api.issuer, access_token)).toMatchObject({ active: true })
    await admin.ok(`POST /api/v1/authorizationServers/${api.serverId}/lifecycle/deactivate`)
    expect(await post(`/oauth2/${api.serverId}/v1/introspect`, `token=${access_token}`)).toMatchObject({
      status: 404,
    })
  })

  it('an organization knows nothing of the tokens and clients of another', async () => {
    const ours = await clientToken(world.service, world.apis.opaque)
    const theirs = await clientToken(other.service, other.api)
    const path = (api: TestApi, name: string) => `/oauth2/${api.serverId}/v1/${name}`
    const asTheirs = { authorization: authorization(other.service) }
    for (const name of NAMES) {
      expect(await post(path(other.api, name), 'token=x')).toMatchObject({ status: 401 })
      expect(await post(path(world.apis.opaque, name), 'token=x', asTheirs)).toMatchObject({ status: 401 })
    }
    const asked = await post(path(other.api, 'introspect'), `token=${ours.access_token}`, asTheirs)
    expect(asked.body).toEqual({ active: false })
    expect(await post(path(other.api, 'revoke'), `token=${ours.access_token}`, asTheirs)).toMatchObject({
      status: 200,
    })
    expect(await post(path(world.apis.opaque, 'revoke'), `token=${theirs.access_token}`)).toMatchObject({
      status: 200,
    })
    expect(await introspect(world, world.apis.opaque.issuer, ours.access_token)).toMatchObject({
      active: true,
    })
    expect(
      await introspect({ inspector: other.service }, other.api.issuer, theirs.access_token),
    ).toMatchObject({
      active: true,
    })
  })

  it('grants of one organization are not there for another', async () => {
    const { admin, service, publicUrl } = world
    const given = await admin.ok(`POST /api/v1/apps/${service.id}/grants`, {
      issuer: publicUrl,
      scopeId: 'okta.apps.read',
    })
    for (const place of [
      `GET /api/v1/apps/${service.id}/grants`,
      `GET /api/v1/apps/${service.id}/grants/${given.id}`,
      `DELETE /api/v1/apps/${service.id}/grants/${given.id}`,
      `GET /api/v1/apps/${other.service.id}/grants/${given.id}`,
      `DELETE /api/v1/apps/${other.service.id}/grants/${given.id}`,
    ] as const)
      expect(await other.admin.call(place)).toMatchObject({ status: 404 })
    expect(await admin.ok(`GET /api/v1/apps/${service.id}/grants`)).toEqual([given])
  })
})
