import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { createApiBeside, createClient, createServer } from '../support/management.ts'
import {
  openVerifierWorld,
  reached,
  until,
  type VerifierWorld,
  verdictOf,
} from '../support/verifier-world.ts'

describe.each(DATABASES)('a verifier on $name', (database) => {
  let world: VerifierWorld
  beforeAll(async () => {
    world = await openVerifierWorld(database)
  })
  afterAll(() => world.close())

  it('accepts what was issued for its API, and says at which position', async () => {
    const verifier = await world.verifier()
    const { claims, position } = await verifier.verify(await world.token())
    expect(claims).toMatchObject({ aud: world.api.identifier, client_id: world.service.clientId })
    expect([position, verifier.staleness < 10_000]).toEqual([verifier.position, true])
  })

  it('refuses a revoked token as soon as it has applied the position, and no other', async () => {
    const verifier = await world.verifier()
    const [one, other] = [await world.token(), await world.token()]
    expect([await verdictOf(verifier, one), await verdictOf(verifier, other)]).toEqual([
      'accepted',
      'accepted',
    ])
    const { seq } = await world.admin.ok('POST /api/rescind/v1/revocations', {
      target: { type: 'token', token: one },
      reason: 'test',
    })
    await reached(verifier, seq)
    // One that starts afterwards has it from the snapshot.
    const later = await world.verifier()
    for (const each of [verifier, later])
      expect([await verdictOf(each, one), await verdictOf(each, other)]).toEqual([
        'token_revoked',
        'accepted',
      ])
  })

  it('refuses all tokens of a revoked application, and accepts what is issued to it afterwards', async () => {
    const verifier = await world.verifier()
    const [one, other] = [
      await createClient(world.admin, { type: 'service' }),
      await createClient(world.admin, { type: 'service' }),
    ]
    const [before, beside] = [await world.token(one), await world.token(other)]
    const { seq } = await world.admin.revoke({ type: 'application', id: one.id })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, before)).toBe('token_revoked')
    expect([await verdictOf(verifier, beside), await verdictOf(verifier, await world.token(one))]).toEqual([
      'accepted',
      'accepted',
    ])
  })

  it.each(['api', 'authorization_server'] as const)('refuses what a revoked %s covers', async (type) => {
    const verifier = await world.verifier()
    const before = await world.token()
    const ids = {
      api: world.api.id,
      authorization_server: world.api.serverId,
    }
    const { seq } = await world.admin.revoke({ type, id: ids[type] })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, before)).toBe('token_revoked')
    expect(await verdictOf(verifier, await world.token())).toBe('accepted')
  })

  it('follows a rotation without ever meeting an unknown key, and a revoked key at once', async () => {
    const verifier = await world.verifier()
    const before = await world.token()
    const kidOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
    const { seq } = await world.admin.revoke({ type: 'key', id: kidOf(before) })
    // The first token by the next key finds the key known, or waits for its position.
    const after = await world.token()
    expect(kidOf(after)).not.toBe(kidOf(before))
    expect(await verdictOf(verifier, after)).toBe('accepted')
    await reached(verifier, seq)
    expect(await verdictOf(verifier, before)).toBe('key_revoked')
  })

  it('knows only what its cluster relies on', async () => {
    const verifier = await world.verifier()
    const foreign = await createServer(world.admin, 'jwt')
    const sibling = await createApiBeside(world.admin, world.api)
    expect(await verdictOf(verifier, await world.token(world.service, foreign))).toBe('issuer_unknown')
    expect(await verdictOf(verifier, await world.token(world.service, sibling))).toBe('audience_mismatch')
  })

  it('refuses with `stale` past the lease, without calling the token bad, and says what it knows to be void', async () => {
    let ahead = 0
    const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() }
    const verifier = await world.verifier({ clock })
    const [token, revoked] = [await world.token(), await world.token()]
    const { seq } = await world.admin.revoke({ type: 'token', token: revoked })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, token)).toBe('accepted')
    ahead = 11_000
    expect([await verdictOf(verifier, token), await verdictOf(verifier, revoked)]).toEqual([
      'stale',
      'token_revoked',
    ])
    // The next acknowledgement makes it fresh again.
    await until(() => verifier.staleness < 10_000)
    expect(await verdictOf(verifier, token)).toBe('accepted')
  })

  it('is stricter than its cluster where it asks to be, and never laxer', async () => {
    const strict = await world.verifier({ maxStaleness: 2_000, whenStale: 'closed' })
    const lax = await world.verifier({ maxStaleness: 60_000, whenStale: 'open' })
    expect([strict.contract, lax.contract]).toEqual([
      { maxStaleness: 2_000, whenStale: 'closed' },
      { maxStaleness: 10_000, whenStale: 'closed' },
    ])
  })

  it('takes a new snapshot when its cluster is changed', async () => {
    const verifier = await world.verifier()
    const server = await createServer(world.admin, 'jwt')
    const token = await world.token(world.service, server)
    const wide = await world.verifier({ audience: [world.api.identifier, server.identifier] })
    expect(await verdictOf(wide, token)).toBe('issuer_unknown')
    const { seq } = await world.admin
      .ok(`PUT /api/rescind/v1/clusters/${world.cluster}`, {
        name: 'orders',
        apis: [world.api.id, server.identifier],
      })
      .then(() => world.admin.revoke({ type: 'api', id: world.api.id }))
    await Promise.all([reached(wide, seq), reached(verifier, seq)])
    await until(() => wide.staleness < 10_000)
    let verdict = await verdictOf(wide, token)
    while (verdict !== 'accepted') verdict = await verdictOf(wide, token)
    expect(verdict).toBe('accepted')
    await world.admin.ok(`PUT /api/rescind/v1/clusters/${world.cluster}`, {
      name: 'orders',
      apis: [world.api.id],
    })
  })

  // Last, because the administrator's own token goes with it.
  it('refuses all that an organization had', async () => {
    const verifier = await world.verifier()
    const before = await world.token()
    const [organization = ''] = verifier.position.split('.')
    const { seq } = await world.admin.revoke({ type: 'organization', id: organization })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, before)).toBe('token_revoked')
    expect(await verdictOf(verifier, await world.token())).toBe('accepted')
  })
})
