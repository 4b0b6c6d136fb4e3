import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { createVerifier } from '@rescind/verifier'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { createClient, createServer as createIssuer, Management } from '../support/management.ts'
import { openNodes } from '../support/nodes.ts'
import {
  openVerifierWorld,
  reached,
  until,
  type VerifierWorld,
  verdictOf,
} from '../support/verifier-world.ts'

/** Something on the way: what it lets through, and what was asked by it. */
async function openProxy(
  target: string,
  lets: { readonly streams: boolean; readonly upgrades: boolean },
): Promise<{ readonly url: string; readonly asked: string[]; close(): void }> {
  const asked: string[] = []
  const sockets = new Set<Duplex>()
  const server = createServer((request, response) => {
    const { method, headers, url = '' } = request
    const isStream = headers.accept === 'text/event-stream'
    // Like a proxy that knows nothing of upgrades, whose header it does not hand on.
    const { upgrade, connection: _, ...handed } = headers
    asked.push(
      upgrade !== undefined ? 'upgrade passed over' : isStream ? 'stream' : `${method} ${url.split('?')[0]}`,
    )
    if (isStream && !lets.streams) {
      response.destroy()
      return
    }
    const onward = send(`${target}${url}`, { headers: handed, ...(method && { method }) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    response.on('close', () => onward.destroy())
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  if (lets.upgrades)
    server.on('upgrade', (request, socket) => {
      asked.push('upgrade')
      const onward = connect(Number(new URL(target).port), '127.0.0.1')
      const lines = request.rawHeaders.map((text, at) => (at % 2 === 0 ? `\r\n${text}: ` : text))
      onward.write(`GET ${request.url} HTTP/1.1${lines.join('')}\r\n\r\n`)
      for (const each of [socket, onward]) {
        sockets.add(each)
        each.on('error', () => each.destroy())
      }
      socket.pipe(onward).pipe(socket)
    })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    asked,
    close() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}

describe.each(DATABASES)('following on $name', (database) => {
  let world: VerifierWorld
  beforeAll(async () => {
    world = await openVerifierWorld(database)
  })
  afterAll(() => world.close())

  const throughProxy = async (lets: Parameters<typeof openProxy>[1]) => {
    const proxy = await openProxy(world.nodes.publicUrl, lets)
    const events: string[] = []
    const verifier = await world.verifier({
      authority: proxy.url,
      maxStaleness: 300,
      onEvent: ({ type }) => events.push(type),
    })
    const token = await world.token()
    const { seq } = await world.admin.revoke({ type: 'token', token })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, token)).toBe('token_revoked')
    return { ...proxy, verifier, events }
  }
  const ACKNOWLEDGEMENT = 'POST /api/rescind/v1/log/ack'

  it('has one connection for both directions, over which the lease is kept alive', async () => {
    const { verifier, asked, events, close } = await throughProxy({ streams: true, upgrades: true })
    expect(asked).toContain('upgrade')
    expect(asked).not.toContain('stream')
    const [before, granted] = [asked.length, events.length]
    await until(() => events.slice(granted).filter((type) => type === 'lease').length > 2)
    expect(asked.slice(before)).toEqual([])
    await verifier.close()
    close()
  })

  it('falls back to server-sent events where no upgrade gets through', async () => {
    const { verifier, asked, close } = await throughProxy({ streams: true, upgrades: false })
    expect(asked).toEqual(expect.arrayContaining(['upgrade passed over', 'stream', ACKNOWLEDGEMENT]))
    await verifier.close()
    close()
  })

  it('falls back to asking again and again where no stream gets through either', async () => {
    const { verifier, asked, close } = await throughProxy({ streams: false, upgrades: false })
    expect(asked).toContain('GET /api/rescind/v1/log')
    await verifier.close()
    close()
  })

  it('shows the nodes of its cluster where they are', async () => {
    const verifier = await world.verifier({ name: 'orders-7' })
    const { seq } = await world.admin.revoke({ type: 'api', id: world.api.id })
    await reached(verifier, seq)
    const path = `GET /api/rescind/v1/clusters/${world.cluster}/nodes` as const
    const mine = async () =>
      (await world.admin.ok(path)).items.find(({ name }: { name: string }) => name === 'orders-7')
    let node = await mine()
    while (node?.lag !== 0) node = await mine()
    expect(node).toMatchObject({ state: 'fresh', position: verifier.position })
  })

  it('stops being fresh when its cluster is deleted', async () => {
    const { id } = await world.admin.ok('POST /api/rescind/v1/clusters', {
      name: 'short',
      apis: [world.api.id],
      maxStaleness: 300,
    })
    const { credential } = await world.admin.ok(`POST /api/rescind/v1/clusters/${id}/credentials`)
    const verifier = await world.verifier({ credential })
    const token = await world.token()
    expect(await verdictOf(verifier, token)).toBe('accepted')
    await world.admin.call(`DELETE /api/rescind/v1/clusters/${id}`)
    await until(() => verifier.staleness > 300)
    expect(await verdictOf(verifier, token)).toBe('stale')
  })
})

describe.each(DATABASES)('past the staleness on $name', (database) => {
  it.each(['open', 'introspect'] as const)('a cluster that is %s decides as it says', async (whenStale) => {
    const world = await openVerifierWorld(database, { cluster: { whenStale } })
    const { clientId, secret = '' } = world.service
    let ahead = 0
    const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() }
    const introspection = { clientId, clientSecret: secret }
    const verifier = await world.verifier({ clock, introspection })
    const strict = await world.verifier({ clock, introspection, whenStale: 'closed' })
    const token = await world.token()
    await verifier.verify(token)
    ahead = 20_000
    expect((await verifier.verify(token)).stale).toBe(whenStale)
    ahead += 20_000
    expect(await verdictOf(strict, token)).toBe('stale')
    await world.close()
  })
})

const shared = DATABASES.filter(({ name }) => name === 'postgres')
describe.each(shared)('several nodes of the authority on $name', (database) => {
  it('tell the verifiers of one what was revoked through another', async () => {
    const nodes = await openNodes(database, { count: 2 })
    const admin = new Management(nodes.publicUrl, nodes.apiToken)
    const api = await createIssuer(admin, 'jwt')
    const client = await createClient(admin, { type: 'service' })
    const { id } = await admin.ok('POST /api/rescind/v1/clusters', { name: 'orders', apis: [api.id] })
    const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${id}/credentials`)
    const verifiers = await Promise.all(
      nodes.nodes.map(({ url }) => createVerifier({ authority: url, credential, audience: api.identifier })),
    )
    const reply = await fetch(`${api.issuer}/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.secret}`)}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: api.identifier,
        scope: 'orders:read',
      }),
    })
    const { access_token: token } = JSON.parse(await reply.text())
    for (const verifier of verifiers) expect(await verdictOf(verifier, token)).toBe('accepted')
    const { seq } = await admin.revoke({ type: 'token', token })
    for (const verifier of verifiers) {
      await reached(verifier, seq)
      expect(await verdictOf(verifier, token)).toBe('token_revoked')
      await verifier.close()
    }
    await nodes.close()
  })
})
