import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../../support/databases.ts'
import { createClient, TOKEN_FORMATS } from '../../support/management.ts'
import { introspect, obtain, openWorld, refresh, type Tokens } from '../../support/oidc-world.ts'

describe.each(DATABASES)('refresh tokens on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorld>>
  beforeAll(async () => {
    world = await openWorld(database)
  })
  afterAll(() => world.close())

  const start = (format: (typeof TOKEN_FORMATS)[number] = 'jwt'): Promise<Tokens> =>
    obtain({ client: world.web, api: world.apis[format], person: world.ada })
  const listed = async (tokens: Tokens) => {
    const { grant } = await introspect(world, tokens.flow.api.issuer, tokens.access)
    const { items } = await world.admin.ok('GET /api/rescind/v1/tokens?kind=refresh&limit=1000')
    return items.filter((token: { grant: string }) => token.grant === grant)
  }

  it.each(TOKEN_FORMATS)('a hundred uses at once of one (%s) leave exactly one successor', async (format) => {
    const tokens = await start(format)
    const attempts = await Promise.allSettled(Array.from({ length: 100 }, () => refresh(tokens)))
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    const [successor] = won
    expect(won).toHaveLength(1)
    for (const attempt of attempts)
      if (attempt.status === 'rejected')
        expect(attempt.reason).toMatchObject({ error: 'temporarily_unavailable' })
    const family = await listed(tokens)
    expect(family.map(({ status }: { status: string }) => status).sort()).toEqual(['active', 'used'])
    if (successor === undefined) return
    // A racer's defeat is no theft: the family lives on in the one successor.
    expect((await refresh(successor)).refresh).toBeDefined()
  })

  it('keeps the end of the family however often one is exchanged', async () => {
    let tokens = await start()
    const { issuer } = tokens.flow.api
    const first = await introspect(world, issuer, tokens.refresh ?? '')
    for (let exchanges = 0; exchanges < 3; exchanges += 1) tokens = await refresh(tokens)
    const last = await introspect(world, issuer, tokens.refresh ?? '')
    expect(last.grant).toBe(first.grant)
    // The library counts the family's age in whole seconds.
    expect(Math.abs((last.exp ?? 0) - (first.exp ?? 0))).toBeLessThanOrEqual(1)
  })

  it('refuses a refresh token of another client', async () => {
    const tokens = await start()
    const stranger = await createClient(world.admin)
    const stolen = { ...tokens, flow: { ...tokens.flow, client: stranger } }
    await expect(refresh(stolen)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  it('rotates for public clients, whose applications cannot say otherwise (RFC 9700 section 2.2.2)', async () => {
    const client = await createClient(world.admin, { type: 'native' })
    const tokens = await obtain({ client, api: world.apis.jwt, person: world.ada })
    expect((await refresh(tokens)).refresh).not.toBe(tokens.refresh)
    const asked = {
      type: 'native',
      settings: { refresh_token: { rotation_type: 'STATIC', leeway: 0 } },
    } as const
    await expect(createClient(world.admin, asked)).rejects.toThrow(/must be ROTATE/)
  })

  it('leaves those of a confidential client that asked for it', async () => {
    const client = await createClient(world.admin, {
      settings: { refresh_token: { rotation_type: 'STATIC', leeway: 0 } },
    })
    const tokens = await obtain({ client, api: world.apis.jwt, person: world.ada })
    expect((await refresh(tokens)).refresh).toBe(tokens.refresh)
  })
})
