/* Token status lists as a verifier of somebody else reads them: by what is published, and nothing else. */
import { getListFromStatusListJWT, getStatusListFromJWT } from '@sd-jwt/jwt-status-list'
import { compactDecrypt, createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { createApiBeside, createClient, createServer, type TestApi } from '../support/management.ts'
import { clientToken, configurationOf, openWorld } from '../support/oidc-world.ts'

describe.each(DATABASES)('token status lists on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorld>>
  let api: TestApi
  beforeAll(async () => {
    world = await openWorld(database)
    api = await createServer(world.admin, 'jwt')
    await ask(api)
  })
  afterAll(() => world.close())

  const ask = ({ id, serverId }: TestApi, statusList = true, enabled = true) =>
    world.admin.ok(`PUT /api/rescind/v1/apis/${id}`, {
      name: 'listed',
      scopes: ['orders:read', 'orders:write'],
      authorizationServerId: serverId,
      statusList,
      enabled,
    })
  const issue = async (client = world.service, resource = api) =>
    (await clientToken(client, resource)).access_token
  const revoke = (target: unknown) =>
    world.admin.ok('POST /api/rescind/v1/revocations', { target, reason: 'test' })
  const listOf = async (uri: string, headers: Readonly<Record<string, string>> = {}) => {
    const reply = await fetch(uri, { headers: { accept: 'application/statuslist+jwt', ...headers } })
    return { reply, text: await reply.text() }
  }
  /** As a verifier does: the list by the token's own claim, its signature by the issuer's keys, the bits by a library. */
  async function statusOf(token: string): Promise<number> {
    const { idx, uri } = getStatusListFromJWT(token)
    const { reply, text } = await listOf(uri)
    expect(reply.status).toBe(200)
    const keys = createRemoteJWKSet(new URL(`${api.issuer}/v1/keys`))
    const { payload } = await jwtVerify(text, keys, {
      typ: 'statuslist+jwt',
      subject: uri,
      issuer: api.issuer,
    })
    expect(payload).toMatchObject({ ttl: 15, pos: expect.stringMatching(/^[0-9a-f]{24}\.1\.\d+$/) })
    return getListFromStatusListJWT(text).getStatus(idx)
  }
  /** A list may be as old as it says: asked until it tells of the entry. */
  async function statusAt(token: string, seq: number): Promise<number> {
    for (;;) {
      const { pos } = decodeJwt<{ pos: string }>((await listOf(getStatusListFromJWT(token).uri)).text)
      if (Number(pos.split('.')[2]) >= seq) return statusOf(token)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  it('say what was revoked, and spare the others', async () => {
    const other = await createClient(world.admin, { type: 'service' })
    const shut = await createApiBeside(world.admin, api)
    await ask(shut)
    const tokens = {
      good: await issue(),
      one: await issue(),
      byApplication: await issue(other),
      shut: await issue(world.service, shut),
    }
    for (const token of Object.values(tokens)) expect(await statusOf(token)).toBe(0)
    await revoke({ type: 'token', token: tokens.one })
    await revoke({ type: 'application', id: other.id })
    await ask(shut, true, false)
    const { seq } = await revoke({ type: 'application', id: other.id })
    expect(await statusAt(tokens.good, seq)).toBe(0)
    expect(await statusOf(tokens.one)).toBe(1)
    expect(await statusOf(tokens.byApplication)).toBe(1)
    // Disabling an API revokes besides: its tokens do not come back with it.
    expect(await statusOf(tokens.shut)).toBe(1)
    // What was issued after the cutoff is good, in the same list.
    expect(await statusAt(await issue(other), seq)).toBe(0)
  })

  it('hold the tokens of APIs that asked for it, JWTs and encrypted ones, and no others', async () => {
    expect(decodeJwt(await issue(world.service, world.apis.jwt)).status).toBeUndefined()
    const { apis } = world
    await ask(apis.encrypted)
    const sealed = await issue(world.service, apis.encrypted)
    if (apis.encrypted.decryptionKey === undefined) throw new TypeError('no key')
    const { plaintext } = await compactDecrypt(sealed, apis.encrypted.decryptionKey)
    const { uri } = getStatusListFromJWT(new TextDecoder().decode(plaintext))
    expect(uri).toMatch(new RegExp(`^${apis.encrypted.issuer}/v1/status-lists/stl\\w{17}$`))
    await ask(apis.encrypted, false)
  })

  it('are found by the metadata of their issuer', async () => {
    const { uri } = getStatusListFromJWT(await issue())
    const metadata = (await configurationOf(world.service, api.issuer)).serverMetadata()
    const address = String(metadata.status_list_aggregation_endpoint)
    const aggregated: unknown = await fetch(address).then((reply) => reply.json())
    expect(aggregated).toEqual({ status_lists: [uri] })
  })

  it('are not given out as they were, as anything else, nor by another issuer', async () => {
    const { uri } = getStatusListFromJWT(await issue())
    expect((await listOf(`${uri}?time=1700000000`)).reply.status).toBe(501)
    expect((await listOf(uri, { accept: 'application/statuslist+cwt' })).reply.status).toBe(406)
    expect((await listOf(uri, { accept: '*/*;q=0' })).reply.status).toBe(406)
    expect((await listOf(uri.replace(api.serverId, world.apis.jwt.serverId))).reply.status).toBe(404)
    expect((await listOf(`${uri.slice(0, -1)}!`)).reply.status).toBe(404)
    const { reply } = await listOf(uri)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'application/statuslist+jwt',
      'cache-control': 'max-age=15',
      'access-control-allow-origin': '*',
    })
  })
})
