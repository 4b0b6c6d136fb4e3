import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEffects } from '../../../src/revocation/effect/completion.ts'
import { eventsFrom } from '../../support/cluster.ts'
import { DATABASES } from '../../support/databases.ts'
import type { Management } from '../../support/management.ts'
import { openVerifierWorld, type VerifierWorld, verdictOf } from '../../support/verifier-world.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
type Json = any

/** Follows a revocation's progress to its end. */
async function progressOf(
  admin: Management,
  id: string,
): Promise<{ event: string; frame: Json; id: string }[]> {
  const response = await admin.open(`/api/rescind/v1/revocations/${id}/progress`)
  const seen: { event: string; frame: Json; id: string }[] = []
  for await (const { event, data, id: version } of eventsFrom(response))
    if (event !== '') seen.push({ event, frame: JSON.parse(data), id: version })
  return seen
}

describe.each(DATABASES)('the effect of a revocation on $name', (database) => {
  let world: VerifierWorld
  let stop: AbortController
  let job: Promise<void>
  beforeAll(async () => {
    world = await openVerifierWorld(database, { cluster: { maxStaleness: 1_000 } })
    stop = new AbortController()
    job = startEffects(world.nodes.nodes[0].authority, stop.signal)
  })
  afterAll(async () => {
    stop.abort()
    await job
    await world.close()
  })

  it('is followed node by node and ends in a receipt that anybody can check', async () => {
    const { admin } = world
    const [one, two] = [
      await world.verifier({ name: 'orders-1' }),
      await world.verifier({ name: 'orders-2' }),
    ]
    const token = await world.token()
    expect([await verdictOf(one, token), await verdictOf(two, token)]).toEqual(['accepted', 'accepted'])
    const revoked = await admin.ok('POST /api/rescind/v1/revocations', {
      target: { type: 'token', token },
      reason: 'compromised',
      note: 'INC-1',
    })
    expect(revoked.effect).toMatchObject({ authority: 'in_force', position: revoked.position })
    const seen = await progressOf(admin, revoked.id)
    expect(seen.at(-1)).toMatchObject({ event: 'complete', frame: { complete: true, id: revoked.id } })
    expect(seen.slice(0, -1).every(({ event }) => event === 'progress')).toBe(true)
    const { receipt, jws } = await admin.ok(`GET /api/rescind/v1/revocations/${revoked.id}/receipt`)
    const keys: JSONWebKeySet = await admin.ok('GET /api/rescind/v1/receipt-keys')
    const { payload } = await jwtVerify(jws, createLocalJWKSet(keys), { typ: 'rescind-receipt+jwt' })
    expect(payload).toEqual(receipt)
    expect(receipt).toMatchObject({
      iss: world.nodes.publicUrl,
      revocation: { id: revoked.id, reason: 'compromised', note: 'INC-1', actor: revoked.actor, times: 1 },
      entry: {
        position: revoked.position,
        kind: 'token.revoked',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      covered: { tokens: 1, users: 0, sessions: 0, counted: true },
      effect: { state: 'complete', nodes: { total: 2, acknowledged: 2 } },
    })
    const [cluster] = receipt.effect.clusters
    expect(cluster).toMatchObject({ name: 'orders', class: 'connected', state: 'in_force', deleted: false })
    for (const node of cluster.nodes) {
      expect(node).toMatchObject({ state: 'acknowledged', whenStale: 'closed' })
      expect(Date.parse(node.at) - Date.parse(receipt.revocation.at)).toBe(node.milliseconds)
    }
    expect(cluster.nodes.map((node: Json) => node.name).sort()).toEqual(['orders-1', 'orders-2'])
    const { items } = await admin.ok('GET /api/rescind/v1/revocations')
    expect(items[0]).toMatchObject({
      id: revoked.id,
      effect: { state: 'complete', milliseconds: receipt.effect.milliseconds },
    })
    const shown = await admin.ok(`GET /api/rescind/v1/revocations/${revoked.id}`)
    expect(shown.effect).toMatchObject({ ...receipt.effect, receipt: true })
    for (const verifier of [one, two]) await verifier.close()
  })
})
