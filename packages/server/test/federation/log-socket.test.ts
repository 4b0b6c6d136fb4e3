import { once } from 'node:events'
import { connect } from 'node:net'
import { formatPosition, type Position } from '@rescind/core/log'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestCluster, RESOURCE, type TestCluster } from '../support/cluster.ts'
import { DATABASES } from '../support/databases.ts'
import { openLogSocket, refusedUpgrade } from '../support/log-socket.ts'

describe.each(DATABASES)('the log over a WebSocket on $name', (database) => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await openTestCluster(database)
  })
  afterAll(() => cluster.close())

  const registered = async (credential = cluster.credential) => {
    const reply = await fetch(`${cluster.origin}/api/rescind/v1/log/nodes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: '{}',
    })
    const { nodeId, nodeToken }: { nodeId: string; nodeToken: string } = JSON.parse(await reply.text())
    const snapshot = await fetch(`${cluster.origin}/api/rescind/v1/log/snapshot`, {
      headers: { authorization: `Bearer ${nodeToken}` },
    })
    const place = snapshot.headers.get('rescind-position') ?? ''
    const view = snapshot.headers.get('rescind-view') ?? ''
    await snapshot.arrayBuffer()
    return { nodeId, nodeToken, place, view }
  }
  const follow = async (credential?: string) => {
    const node = await registered(credential)
    const query = `?after=${node.place}&view=${node.view}`
    return { ...node, socket: await openLogSocket(cluster.origin, node.nodeToken, query) }
  }
  const placeOf = ({ log, incarnation, to }: Omit<Position, 'seq'> & { readonly to: number }) =>
    formatPosition({ log, incarnation, seq: to })

  it('brings frames, takes acknowledgements, and answers each with a lease', async () => {
    const { nodeId, socket, place, view } = await follow()
    const first = await socket.frame()
    expect([placeOf(first), first.entries]).toEqual([place, []])
    const { position, seq } = await cluster.revoke({ type: 'api', id: RESOURCE })
    const frame = await socket.frame()
    expect([frame.to, frame.entries]).toMatchObject([
      seq,
      [{ kind: 'resource.revoked', subject: { resource: RESOURCE } }],
    ])
    socket.say({ position, digest: frame.digest })
    expect(await socket.answer()).toEqual({
      head: position,
      view,
      maxStaleness: expect.any(Number),
      whenStale: 'closed',
    })
    const { body } = await cluster.native(`GET /clusters/${cluster.id}/nodes`)
    expect(body.items.find(({ id }: { id: string }) => id === nodeId)).toMatchObject({
      state: 'fresh',
      position,
    })
    socket.close()
    expect((await socket.closed).code).toBe(1005)
  })

  it('refuses an acknowledgement as an answer to a request would, and goes on', async () => {
    const { socket, place } = await follow()
    const refusals: [message: string, status: number, code: string][] = [
      ['', 400, 'invalid_request'],
      ['{', 400, 'invalid_request'],
      ['{"position":"last"}', 400, 'invalid_request'],
      [`{"position":"${place}","position":"${place}"}`, 400, 'invalid_request'],
      [`{"position":"${place}","__proto__":{}}`, 400, 'invalid_request'],
      [`{"position":"${'b'.repeat(24)}.1.0"}`, 409, 'acknowledgement_beyond_sent'],
      [`{"position":"${place.replace(/\d+$/, '900000000')}"}`, 409, 'acknowledgement_beyond_sent'],
    ]
    for (const [message, status, code] of refusals) {
      socket.say(message)
      expect(await socket.answer(), message).toMatchObject({ status, code })
    }
    socket.say({ position: place })
    expect(await socket.answer()).toHaveProperty('head')
    socket.close()
  })

  it('ends for whoever does not wait for an answer, or says too much', async () => {
    const hasty = await follow()
    hasty.socket.say({ position: hasty.place })
    hasty.socket.say({ position: hasty.place })
    expect((await hasty.socket.closed).code).toBe(1008)
    const { socket } = await follow()
    socket.say({ position: '1'.repeat(600) })
    expect((await socket.closed).code).toBe(1009)
  })

  it('tells a cluster without a node, and takes no acknowledgement of it', async () => {
    const socket = await openLogSocket(cluster.origin, cluster.credential)
    const { to } = await socket.frame()
    socket.say({ position: `${'b'.repeat(24)}.1.${to}` })
    expect(await socket.answer()).toMatchObject({ status: 403, code: 'permission_denied' })
    socket.close()
  })

  it('ends with what a request would have been answered', async () => {
    const { nodeToken, place } = await registered()
    const ended = async (query: string) => (await openLogSocket(cluster.origin, nodeToken, query)).closed
    expect(await ended(`?after=${'b'.repeat(24)}.1.0`)).toEqual({ code: 4_400, reason: 'invalid_request' })
    const other = await ended(`?after=${place}&view=${'ab'.repeat(16)}`)
    expect(other).toEqual({ code: 4_409, reason: 'log_snapshot_due' })
  })

  it('says so when the view has changed, and when a node is not known any more', async () => {
    const { body } = await cluster.native('POST /clusters', { name: 'Gone', apis: [RESOURCE] })
    const { body: made } = await cluster.native(`POST /clusters/${body.id}/credentials`)
    const [changed, unknown] = [await follow(made.credential), await follow()]
    await changed.socket.frame()
    await cluster.native(`PUT /clusters/${body.id}`, { name: 'Gone', apis: [] })
    expect(await changed.socket.closed).toEqual({ code: 4_409, reason: 'log_snapshot_due' })
    const { authority } = cluster.okta
    await authority.store.write({ organizationId: authority.actorA.organizationId }, (tx) =>
      tx.db.deleteFrom('cluster_nodes').where('id', '=', unknown.nodeId).execute(),
    )
    unknown.socket.say({ position: unknown.place })
    expect(await unknown.socket.answer()).toMatchObject({ status: 401, code: 'credentials_invalid' })
    expect(await unknown.socket.closed).toEqual({ code: 4_401, reason: 'credentials_invalid' })
  })

  it.each([
    ['no credential', '', {}, 401],
    ['an unknown one', '', { 'sec-websocket-protocol': 'rescind.log.v1, bearer.rsc_none' }, 401],
    ['one that is none', '', { authorization: 'Basic eA==' }, 401],
    ['nonsense', '?after=last', undefined, 400],
    ['an unknown member', '?before=1', undefined, 400],
    ['another version of the protocol', '', { 'sec-websocket-version': '7' }, 400],
  ])('is not opened with %s', async (_, query, headers, status) => {
    const given = { authorization: `Bearer ${cluster.credential}`, ...headers }
    const sent = headers === undefined || 'sec-websocket-version' in headers ? given : headers
    expect((await refusedUpgrade(cluster.origin, query, sent)).status).toBe(status)
  })

  it('is not what any other path is asked for: there an upgrade is passed over', async () => {
    const headers = { authorization: `Bearer ${cluster.credential}` }
    expect((await refusedUpgrade(cluster.origin, '/snapshot', headers)).status).toBe(200)
    expect((await refusedUpgrade(cluster.origin, '/nowhere', headers)).status).toBe(404)
  })

  it('does not keep the server from closing, whoever still listens', async () => {
    const own = await openTestCluster(database)
    const socket = await openLogSocket(own.origin, own.credential)
    await socket.frame()
    await own.close()
    expect((await socket.closed).code).toBe(1012)
  })

  it('nor does whoever asks for one while it closes', async () => {
    const own = await openTestCluster(database)
    const { port, hostname } = new URL(own.origin)
    const late = connect(Number(port), hostname)
    late.on('error', () => {})
    await once(late, 'connect')
    late.write(`GET /api/rescind/v1/log HTTP/1.1\r\nhost: ${hostname}\r\nconnection: upgrade\r\n`)
    // Whoever is answered after this one was there before it.
    await openLogSocket(own.origin, own.credential).then((socket) => socket.close())
    const closing = own.close()
    const rest = `upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${btoa('0'.repeat(16))}`
    late.write(`${rest}\r\nauthorization: Bearer ${own.credential}\r\n\r\n`)
    await closing
    late.destroy()
  })
})
