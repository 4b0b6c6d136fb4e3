import { createVerifier } from '@rescind/verifier'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEffects } from '../../../src/revocation/effect/completion.ts'
import { ReceiptRefused, verifyReceipt } from '../../../src/revocation/effect/verify-receipt.ts'
import { SYSTEM } from '../../../src/store/index.ts'
import { eventsFrom } from '../../support/cluster.ts'
import { DATABASES } from '../../support/databases.ts'
import { createPerson, createServer, Management } from '../../support/management.ts'
import { openNodes } from '../../support/nodes.ts'
import { silentNode } from '../../support/silent-node.ts'
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
    const [header = '', signed = '', signature = ''] = jws.split('.')
    const rewritten = Buffer.from(signed, 'base64url').toString().replace('"late":0', '"late":1')
    const asToken = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: keys.keys[0]?.kid }))
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'rescind-receipt+jwt' })).toString(
      'base64url',
    )
    expect(await verifyReceipt(jws, keys)).toEqual(
      await verifyReceipt(JSON.stringify({ receipt, jws }), keys),
    )
    for (const forged of [
      JSON.stringify({ receipt: { ...receipt, iss: 'https://elsewhere.example.com' }, jws }),
      [header, Buffer.from(rewritten).toString('base64url'), signature].join('.'),
      [header, signed, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.'),
      [asToken.toString('base64url'), signed, signature].join('.'),
      [none, signed, ''].join('.'),
      `${jws}=`,
      JSON.stringify({ receipt }),
      'no receipt at all',
      await world.token(),
    ])
      await expect(verifyReceipt(forged, keys), forged).rejects.toThrow(ReceiptRefused)
    await expect(verifyReceipt(jws, { keys: [] })).rejects.toThrow(ReceiptRefused)
    const { items } = await admin.ok('GET /api/rescind/v1/revocations')
    expect(items[0]).toMatchObject({
      id: revoked.id,
      effect: { state: 'complete', milliseconds: receipt.effect.milliseconds },
    })
    const shown = await admin.ok(`GET /api/rescind/v1/revocations/${revoked.id}`)
    expect(shown.effect).toMatchObject({ ...receipt.effect, receipt: true })
    for (const verifier of [one, two]) await verifier.close()
  })

  it('waits for the leases of a cluster that is deleted', async () => {
    const { admin, nodes, api } = world
    const { id } = await admin.ok('POST /api/rescind/v1/clusters', {
      name: 'gone',
      apis: [api.id],
      maxStaleness: 500,
    })
    const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${id}/credentials`)
    const node = await silentNode(nodes.publicUrl, credential, 'gone-1')
    await admin.ok(`DELETE /api/rescind/v1/clusters/${id}`)
    const revoked = await admin.revoke({ type: 'api', id: api.id })
    await progressOf(admin, revoked.id)
    const { receipt } = await admin.ok(`GET /api/rescind/v1/revocations/${revoked.id}/receipt`)
    expect(receipt.effect.clusters).toContainEqual(
      expect.objectContaining({
        id,
        deleted: true,
        nodes: [expect.objectContaining({ id: node.id, state: 'lease_ended' })],
      }),
    )
  })

  it('goes only where the entry goes, and belongs to automatic revocations as well', async () => {
    const { admin } = world
    const other = await createServer(admin, 'jwt')
    const elsewhere = await admin.revoke({ type: 'api', id: other.id })
    await progressOf(admin, elsewhere.id)
    const { receipt } = await admin.ok(`GET /api/rescind/v1/revocations/${elsewhere.id}/receipt`)
    expect([receipt.effect.clusters, receipt.effect.milliseconds]).toEqual([[], 0])
    const { id } = await createPerson(admin)
    await admin.ok(`POST /api/v1/users/${id}/lifecycle/suspend`)
    const { items } = await admin.ok('GET /api/rescind/v1/revocations?limit=1')
    expect(items[0]).toMatchObject({ cause: 'user.suspended', target: { user: id } })
    await progressOf(admin, items[0].id)
    const suspended = await admin.ok(`GET /api/rescind/v1/revocations/${items[0].id}/receipt`)
    expect(suspended.receipt.revocation).toMatchObject({ cause: 'user.suspended', reason: 'unspecified' })
  })

  it('goes on being provable after the key has changed, and is measured', async () => {
    const { admin, nodes } = world
    const before = await admin.ok('GET /api/rescind/v1/receipt-keys')
    const { kid } = await admin.ok('POST /api/rescind/v1/receipt-keys')
    const { keys } = await admin.ok('GET /api/rescind/v1/receipt-keys')
    expect(keys.map((key: Json) => key.kid)).toEqual([kid, ...before.keys.map((key: Json) => key.kid)])
    const token = await world.token()
    const revoked = await admin.revoke({ type: 'token', token })
    await progressOf(admin, revoked.id)
    const { jws } = await admin.ok(`GET /api/rescind/v1/revocations/${revoked.id}/receipt`)
    const { protectedHeader } = await jwtVerify(jws, createLocalJWKSet({ keys }))
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'rescind-receipt+jwt', kid })
    const metrics = await (await fetch(`${nodes.publicUrl}/metrics`)).text()
    expect(metrics).toMatch(/^rescind_revocations_open 0$/m)
    expect(metrics).toMatch(/^rescind_revocation_effect_seconds_count [1-9]/m)
  })

  // Last: a node that accepts when stale keeps what follows from being complete.
  it('tells of those who fall silent, who are exposed, and who never hear of it; and opens again', async () => {
    const { admin, nodes, credential, api, service } = world
    const closed = await silentNode(nodes.publicUrl, credential, 'orders-silent')
    const lax = await admin.ok('POST /api/rescind/v1/clusters', {
      name: 'lax',
      apis: [api.id],
      maxStaleness: 100,
      whenStale: 'open',
    })
    await admin.ok('POST /api/rescind/v1/clusters', {
      name: 'polling',
      class: 'unmanaged',
      verifierProfile: { library: 'jose', cacheSeconds: 600 },
      apis: [api.id],
    })
    const made = await admin.ok(`POST /api/rescind/v1/clusters/${lax.id}/credentials`)
    const open = await silentNode(nodes.publicUrl, made.credential, 'lax-silent')
    await world.token()
    const target = { type: 'application', id: service.id }
    const { exposure, clusters } = await admin.ok('POST /api/rescind/v1/revocations/preview', { target })
    expect(clusters.map((one: Json) => [one.name, one.class, one.exposure.bound])).toEqual([
      ['lax', 'connected', 'bounded'],
      ['orders', 'connected', 'bounded'],
      ['polling', 'unmanaged', 'bounded'],
    ])
    // The cache of keys stops no token: what counts is when the last one expires.
    expect(exposure.byClass.unmanaged.until).toBe(exposure.unmanagedUntil)
    expect(exposure.worst.until).toBe(exposure.unmanagedUntil)
    const revoked = await admin.revoke(target)
    const path = `/api/rescind/v1/revocations/${revoked.id}`
    const seen: Json[] = []
    for await (const { data } of eventsFrom(await admin.open(`${path}/progress`))) {
      seen.push(JSON.parse(data))
      if (seen.at(-1).effect.state === 'exposed') break
    }
    const byName = (effect: Json): Map<string, Json> =>
      new Map(effect.clusters.flatMap((one: Json) => one.nodes).map((node: Json) => [node.id, node]))
    const exposed = seen.at(-1)
    expect(byName(exposed.effect).get(closed.id)).toMatchObject({ state: 'lease_ended', whenStale: 'closed' })
    expect(byName(exposed.effect).get(open.id)).toMatchObject({
      state: 'exposed',
      until: exposure.unmanagedUntil,
    })
    expect(await admin.call(`GET ${path}/receipt`)).toMatchObject({
      status: 409,
      body: { code: 'receipt_not_ready', details: { exposed: 1, for: 'lax/lax-silent (exposed)' } },
    })
    // Whoever comes back with what it has is not told the same again, and polls where it cannot stream.
    const poll = async (after: number): Promise<Json> => {
      const answer = await admin.open(`${path}/progress?after=${after}`, { accept: 'application/json' })
      const polled: Json = await answer.json()
      expect(polled.version).not.toBe(after)
      // What else changed meanwhile, a node of another test's cluster for one, is told as well.
      return polled.effect.state === 'complete' ? polled : poll(polled.version)
    }
    const polling = poll(exposed.version)
    expect(await open.acknowledge(revoked.position)).toBe(200)
    await polling
    const last = (await progressOf(admin, revoked.id)).at(-1)
    expect(last).toMatchObject({ event: 'complete', frame: { effect: { state: 'complete' } } })
    const { receipt } = await admin.ok(`GET ${path}/receipt`)
    expect(byName(receipt.effect).get(closed.id)).toMatchObject({
      state: 'lease_ended',
      at: byName(exposed.effect).get(closed.id).at,
    })
    expect(byName(receipt.effect).get(open.id)).toMatchObject({ state: 'acknowledged' })
    expect(receipt.effect.clusters.find((one: Json) => one.name === 'polling')).toMatchObject({
      class: 'unmanaged',
      state: 'exposed',
      nodes: [],
      verifierProfile: { library: 'jose', cacheSeconds: 600 },
      exposure: { until: exposure.unmanagedUntil },
    })
    expect(receipt.effect.milliseconds).toBe(
      Date.parse(receipt.effect.effectiveAt) - Date.parse(receipt.revocation.at),
    )
    // Asked again there is another entry, and an effect that is its own.
    const again = await admin.revoke(target)
    expect(again).toMatchObject({ id: revoked.id, effect: { state: expect.not.stringMatching('complete') } })
    await open.acknowledge(again.position)
    await progressOf(admin, revoked.id)
    const second = (await admin.ok(`GET ${path}/receipt`)).receipt
    expect([second.revocation.times, second.entry.position]).toEqual([2, again.position])
  })
})

const shared = DATABASES.filter(({ name }) => name === 'postgres')
describe.each(shared)('several nodes of the authority on $name', (database) => {
  it('write one receipt for each revocation, from acknowledgements that came to either', async () => {
    const { nodes, publicUrl, apiToken, close } = await openNodes(database, { count: 2 })
    const stop = new AbortController()
    const jobs = nodes.map(({ authority }) => startEffects(authority, stop.signal))
    const admin = new Management(publicUrl, apiToken)
    const api = await createServer(admin, 'jwt')
    const { id } = await admin.ok('POST /api/rescind/v1/clusters', { name: 'orders', apis: [api.id] })
    const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${id}/credentials`)
    const verifiers = await Promise.all(
      nodes.map(({ url }) =>
        createVerifier({ authority: url, credential, audience: api.identifier, startTimeout: 20_000 }),
      ),
    )
    const people = await Promise.all(Array.from({ length: 5 }, () => createPerson(admin)))
    const revoked: Json[] = await Promise.all(
      people.map((person) => admin.revoke({ type: 'user', id: person.id })),
    )
    for (const one of revoked) await progressOf(admin, one.id)
    const { items } = await admin.ok('GET /api/rescind/v1/revocations')
    for (const one of items)
      expect(one.effect).toMatchObject({ state: 'complete', nodes: { acknowledged: 2 } })
    const rows = await nodes[0].authority.store.read(SYSTEM, ({ db }) =>
      db.selectFrom('revocation_receipts').select(['revocation_id', 'jws']).execute(),
    )
    expect(rows.map((row) => row.revocation_id).sort()).toEqual(revoked.map((one) => one.id).sort())
    const keys: JSONWebKeySet = await admin.ok('GET /api/rescind/v1/receipt-keys')
    expect(keys.keys).toHaveLength(1)
    for (const { jws } of rows) await verifyReceipt(jws, keys)
    for (const verifier of verifiers) await verifier.close()
    stop.abort()
    await Promise.all(jobs)
    await close()
  })
})
