import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  decodeFrame,
  decodeSnapshot,
  formatPosition,
  LogIndex,
  type Mark,
  parsePosition,
  type Snapshot,
} from '@rescind/core/log'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../../src/directory/apis.ts'
import { placeSeal } from '../../src/federation/delivery/place-seal.ts'
import { dismissDivergence } from '../../src/log/index.ts'
import { eventsFrom, framesFrom, openTestCluster, RESOURCE, type TestCluster } from '../support/cluster.ts'
import { DATABASES } from '../support/databases.ts'

const OTHER = 'https://other.example.com'

/** A body of JSON; a test looks into replies of every shape. */
// biome-ignore lint/suspicious/noExplicitAny: as it says
const jsonOf = async (reply: Response): Promise<any> => JSON.parse(await reply.text())

describe.each(DATABASES)('the log for a cluster on $name', (database) => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await openTestCluster(database)
    await createApi(cluster.okta.authority, cluster.okta.authority.actorA, {
      identifier: OTHER,
      name: 'Other',
      scopes: [],
      tokenFormat: 'jwt',
      authorizationServerId: cluster.server.id,
      accessTokenLifetime: 60,
    })
  })
  afterAll(() => cluster.close())

  const get = (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    credential = cluster.credential,
  ) =>
    fetch(`${cluster.origin}/api/rescind/v1/log${path}`, {
      headers: { authorization: `Bearer ${credential}`, ...headers },
    })
  const post = async (path: string, body: object, credential = cluster.credential) => {
    const reply = await fetch(`${cluster.origin}/api/rescind/v1/log${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: reply.status, body: await jsonOf(reply) }
  }
  const snapshot = async (): Promise<Snapshot> =>
    decodeSnapshot(new Uint8Array(await (await get('/snapshot')).arrayBuffer()))
  const placeOf = ({ log, incarnation, seq }: Snapshot) => formatPosition({ log, incarnation, seq })
  const indexOf = (loaded: Snapshot) => {
    const index = new LogIndex({ log: loaded.log, classes: ['access'], hashKey: new Uint8Array(16) })
    index.load(loaded)
    return index
  }

  it('is a snapshot and then frames that join on, of what concerns the cluster alone', async () => {
    const first = await snapshot()
    const index = indexOf(first)
    const response = await get(`?after=${placeOf(first)}`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    await cluster.revoke({ type: 'api', id: OTHER })
    const { seq } = await cluster.revoke({ type: 'api', id: RESOURCE })
    for await (const frame of framesFrom(response)) {
      expect(['applied', 'known']).toContain(index.apply(frame))
      const said = JSON.stringify(frame.entries)
      expect(said).not.toContain(OTHER)
      expect(said).not.toMatch(/actor|reason|cause/)
      if (index.seq >= seq) break
    }
    expect(index.cutoffs.resources.get(RESOURCE)).toBe(seq)
    const later = indexOf(await snapshot())
    expect([later.cutoffs.resources.get(RESOURCE), later.cutoffs.resources.get(OTHER)]).toEqual([
      seq,
      undefined,
    ])
  })

  it('resumes from Last-Event-ID, and is polled as JSON', async () => {
    const first = await snapshot()
    const { seq } = await cluster.revoke({ type: 'api', id: RESOURCE })
    const resumed = await get('?after=0', { 'last-event-id': placeOf(first) })
    for await (const { id } of eventsFrom(resumed)) {
      expect(parsePosition(id)?.seq).toBe(seq)
      break
    }
    const polled = await get(`?after=${first.seq}`, { accept: 'application/json' })
    const { frames, position, view } = await jsonOf(polled)
    expect([parsePosition(position)?.seq, view]).toEqual([seq, first.view])
    const waiting = get(`?after=${position}`, { accept: 'application/json' })
    const next = await cluster.revoke({ type: 'api', id: RESOURCE })
    const fresh = await jsonOf(await waiting)
    expect(frames.length).toBeGreaterThan(0)
    expect(decodeFrame(Buffer.from(fresh.frames[0], 'base64url'))).toMatchObject({
      to: next.seq,
      entries: [{ kind: 'resource.revoked', subject: { resource: RESOURCE } }],
    })
  })

  it('gives the same bytes to whoever has them: 304, and gzip where it pays', async () => {
    const reply = await get('/snapshot')
    const tag = reply.headers.get('etag') ?? ''
    expect((await get('/snapshot', { 'if-none-match': tag })).status).toBe(304)
    expect(reply.headers.get('cache-control')).toContain('private')
  })

  it('tells followers whose view has changed to take a new snapshot', async () => {
    const first = await snapshot()
    const response = await get(`?after=${placeOf(first)}&view=${first.view}`)
    const events: string[] = []
    const reading = (async () => {
      for await (const { event } of eventsFrom(response)) events.push(event)
    })()
    await cluster.native(`PUT /clusters/${cluster.id}`, { name: 'Orders', apis: [RESOURCE, OTHER] })
    await reading
    expect(events.at(-1)).toBe('snapshot')
    const second = await snapshot()
    expect(second.view).not.toBe(first.view)
    expect((await get(`?after=${placeOf(second)}&view=${first.view}`)).status).toBe(409)
    await cluster.native(`PUT /clusters/${cluster.id}`, { name: 'Orders', apis: [RESOURCE] })
  })

  it('grants a lease for what was applied, and none beyond what was sent', async () => {
    const { status, body: node } = await post('/nodes', { name: 'orders-1' })
    expect([status, node.nodeId]).toEqual([201, expect.stringMatching(/^nod/)])
    const stream = await get(`?after=${placeOf(await snapshot())}`, {}, node.nodeToken)
    const { value: event } = await eventsFrom(stream).next()
    const position = event?.id ?? ''
    expect(await post('/ack', { position }, node.nodeToken)).toMatchObject({
      status: 200,
      body: { head: position, maxStaleness: 10_000, whenStale: 'closed' },
    })
    const beyond = position.replace(/\d+$/, (seq) => String(Number(seq) + 1))
    expect(await post('/ack', { position: beyond }, node.nodeToken)).toMatchObject({
      status: 409,
      body: { code: 'acknowledgement_beyond_sent' },
    })
    const { body } = await cluster.native(`GET /clusters/${cluster.id}/nodes`)
    expect(body.items).toContainEqual(
      expect.objectContaining({ id: node.nodeId, name: 'orders-1', state: 'fresh', position, lag: 0 }),
    )
    await stream.body?.cancel().catch(() => undefined)
  })

  it('reports a follower that knows what this database does not have', async () => {
    const first = await snapshot()
    const { body: node } = await post('/nodes', {})
    const reports = async () => {
      const { body } = await cluster.native('GET /audit?limit=1000')
      return body.items.filter(({ kind }: { kind: string }) => kind === 'log.diverged').length
    }
    const refused = async (after: string) => {
      const reply = await get(`?after=${after}`)
      expect([reply.status, (await jsonOf(reply)).code], after).toEqual([409, 'log_diverged'])
    }
    const { authority } = cluster.okta
    const seal = await placeSeal(authority)
    /** As another database told it before this one was put in its place. */
    const told = (place: Mark, digest: string) => seal.seal({ log: first.log, ...place }, digest.repeat(32))
    const here = { incarnation: first.incarnation, seq: first.seq }
    const claim = (digest: string) => post('/ack', { position: placeOf(first), digest }, node.nodeToken)
    // What nobody was told is refused, and stops nothing: made up, told of another place, or of another log.
    const elsewhere = { ...here, seq: here.seq + 1 }
    const invented = [
      'ab'.repeat(32),
      told(elsewhere, 'ab'),
      seal.seal({ ...here, log: 'b'.repeat(24) }, 'ab'.repeat(32)),
      told(here, 'ab').replace(/.$/, (last: string) => (last === '0' ? '1' : '0')),
    ]
    await refused(`${first.log}.1.${first.seq + 1000}`)
    await refused(`${first.log}.900000000000000.7&digest=${'ab'.repeat(32)}`)
    for (const digest of invented) {
      await refused(`${placeOf(first)}&digest=${digest}`)
      expect(await claim(digest)).toMatchObject({ status: 409, body: { code: 'log_diverged' } })
    }
    expect(await reports()).toBe(0)
    expect(await claim(first.digest)).toMatchObject({ status: 200 })
    await refused(`${placeOf(first)}&digest=${told(here, 'ab')}`)
    await refused(`${placeOf(first)}&digest=${told(here, 'ab')}`)
    await refused(`${first.log}.2.0&digest=${told({ incarnation: 2, seq: 0 }, 'ef')}`)
    expect(await reports()).toBe(2)
    expect(await claim(told(here, 'cd'))).toMatchObject({ status: 409, body: { code: 'log_diverged' } })
    expect(await reports()).toBe(3)
    // Nor is anybody else given a lease from then on.
    expect(await post('/ack', { position: placeOf(first) }, node.nodeToken)).toMatchObject({
      status: 503,
      body: { code: 'log_halted' },
    })
    await authority.store.write({ organizationId: first.log }, (tx) =>
      dismissDivergence(tx, authority.actorA, 'A test.', authority.clock.now()),
    )
    expect((await post('/ack', { position: placeOf(first) }, node.nodeToken)).status).toBe(200)
  })

  it.each([
    ['no credential', '', {}, 401],
    ['an unknown credential', '', { authorization: 'Bearer rsc_none' }, 401],
    ['the position of another log', `?after=${'b'.repeat(24)}.1.0`, undefined, 400],
    ['nonsense', '?after=last', undefined, 400],
  ])('refuses %s', async (_, path, headers, status) => {
    const url = `${cluster.origin}/api/rescind/v1/log${path}`
    const given = headers ?? { authorization: `Bearer ${cluster.credential}` }
    expect((await fetch(url, { headers: given })).status).toBe(status)
  })

  describe('acknowledged ahead of all routing', () => {
    /** Known and registered, so that a plain acknowledgement takes the short way. */
    const knownNode = async (credential = cluster.credential) => {
      const { body } = await post('/nodes', {}, credential)
      const node: { readonly nodeId: string; readonly nodeToken: string } = body
      const position = (await get('/snapshot', {}, node.nodeToken)).headers.get('rescind-position') ?? ''
      return { ...node, position }
    }
    /** The short way takes this type as verifiers write it; the same in other words goes the ordinary way. */
    const [SHORT, ORDINARY] = ['application/json', 'application/json; charset=utf-8']
    const acknowledge = async (token: string, body: string | Buffer, type = SHORT) => {
      const reply = await fetch(`${cluster.origin}/api/rescind/v1/log/ack`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body: Buffer.from(body),
      })
      const [said, challenge] = ['content-type', 'www-authenticate'].map((name) => reply.headers.get(name))
      return { status: reply.status, said, challenge, body: await jsonOf(reply) }
    }

    it('answers in the same words as the ordinary way, whatever it is asked', async () => {
      const { nodeToken, position } = await knownNode()
      const digest = 'ab'.repeat(32)
      const bodies: [status: number, body: string | Buffer][] = [
        [200, `{"position":"${position}"}`],
        [400, ''],
        [400, '{'],
        [400, 'null'],
        [400, '[]'],
        [400, '{"position":7}'],
        [400, '{"position":"last"}'],
        [400, '{"position":"last\\u0000"}'],
        [400, `{"position":"${position}","position":"${position}"}`],
        [400, `{"position":"${position}","more":1}`],
        [400, `{"position":"${position}","__proto__":{}}`],
        [400, `{"position":"${position}","digest":"${digest.toUpperCase()}"}`],
        [400, `{"position":"${'1'.repeat(400)}"}`],
        [400, `{"position":"${'1'.repeat(4_000)}"}`],
        [400, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
        [409, `{"position":"${'b'.repeat(24)}.1.0"}`],
        [409, `{"position":"${position.replace(/\d+$/, '900000000')}"}`],
      ]
      for (const [status, body] of bodies) {
        const short = await acknowledge(nodeToken, body)
        expect(short.status, String(body)).toBe(status)
        expect(short, String(body)).toEqual(await acknowledge(nodeToken, body, ORDINARY))
      }
    })

    it('refuses a node that is not registered any more, and those of a cluster that is gone, at once', async () => {
      const { body } = await cluster.native('POST /clusters', { name: 'Gone', apis: [RESOURCE] })
      const { body: made } = await cluster.native(`POST /clusters/${body.id}/credentials`)
      const [first, second] = [await knownNode(made.credential), await knownNode(made.credential)]
      const statuses = async ({ nodeToken, position }: typeof first) => [
        (await acknowledge(nodeToken, JSON.stringify({ position }))).status,
        (await acknowledge(nodeToken, JSON.stringify({ position }), ORDINARY)).status,
      ]
      expect([...(await statuses(first)), ...(await statuses(second))]).toEqual([200, 200, 200, 200])
      const { authority } = cluster.okta
      await authority.store.write({ organizationId: authority.actorA.organizationId }, (tx) =>
        tx.db.deleteFrom('cluster_nodes').where('id', '=', first.nodeId).execute(),
      )
      expect([...(await statuses(first)), ...(await statuses(second))]).toEqual([401, 401, 200, 200])
      await cluster.native(`DELETE /clusters/${body.id}`)
      const last = await acknowledge(second.nodeToken, JSON.stringify({ position: second.position }))
      expect(last).toMatchObject({ status: 401, challenge: 'SSWS', body: { code: 'credentials_invalid' } })
    })

    it('is what plain acknowledgements get', async () => {
      const { nodeToken, position } = await knownNode()
      let routed = 0
      const count = () => {
        routed += 1
      }
      const body = JSON.stringify({ position })
      subscribe('tracing:fastify.request.handler:start', count)
      expect([(await acknowledge(nodeToken, body)).status, routed]).toEqual([200, 0])
      expect([(await acknowledge(nodeToken, body, ORDINARY)).status, routed]).toEqual([200, 1])
      unsubscribe('tracing:fastify.request.handler:start', count)
    })

    it('gives every one of many that come together a lease, and keeps each of them', async () => {
      const nodes = await Promise.all(Array.from({ length: 50 }, () => knownNode()))
      const replies = await Promise.all(
        nodes.map(({ nodeToken, position }) => acknowledge(nodeToken, JSON.stringify({ position }))),
      )
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
      const { body } = await cluster.native(`GET /clusters/${cluster.id}/nodes`)
      const fresh = body.items.filter(({ state }: { state: string }) => state === 'fresh')
      expect(fresh.map(({ id }: { id: string }) => id)).toEqual(
        expect.arrayContaining(nodes.map(({ nodeId }) => nodeId)),
      )
    })
  })

  it('is neither for administrators, nor gives a lease to a cluster', async () => {
    const url = `${cluster.origin}/api/rescind/v1/log/snapshot`
    expect((await fetch(url, { headers: cluster.okta.adminA.header })).status).toBe(401)
    expect((await post('/ack', { position: placeOf(await snapshot()) })).status).toBe(403)
  })

  it('ends for a cluster that was deleted', async () => {
    const { body } = await cluster.native('POST /clusters', { name: 'Short', apis: [RESOURCE] })
    const { body: made } = await cluster.native(`POST /clusters/${body.id}/credentials`)
    const response = await get('?after=0', {}, made.credential)
    const reading = (async () => {
      let last = ''
      for await (const { event } of eventsFrom(response)) last = event
      return last
    })()
    await cluster.native(`DELETE /clusters/${body.id}`)
    expect(await reading).toBe('snapshot')
    expect((await get('/snapshot', {}, made.credential)).status).toBe(401)
  })
})
