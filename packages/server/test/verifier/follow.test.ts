import { once } from 'node:events'
import { createServer, type Server, request as send } from 'node:http'
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

/** Something on the way that lets no stream through. */
async function withoutStreams(target: string): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    if (request.headers.accept === 'text/event-stream') {
      response.destroy()
      return
    }
    const { method, headers, url = '' } = request
    const onward = send(`${target}${url}`, { headers, ...(method && { method }) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, server }
}

describe.each(DATABASES)('following on $name', (database) => {
  let world: VerifierWorld
  beforeAll(async () => {
    world = await openVerifierWorld(database)
  })
  afterAll(() => world.close())

  it('falls back to asking again and again where no stream gets through', async () => {
    const { url, server } = await withoutStreams(world.nodes.publicUrl)
    const verifier = await world.verifier({ authority: url })
    const token = await world.token()
    const { seq } = await world.admin.revoke({ type: 'token', token })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, token)).toBe('token_revoked')
    await verifier.close()
    server.closeAllConnections()
    server.close()
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
