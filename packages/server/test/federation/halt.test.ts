import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/authority/index.ts'
import { reportDivergence } from '../../src/federation/delivery/continuity.ts'
import { placeSeal } from '../../src/federation/delivery/place-seal.ts'
import { recoverLog } from '../../src/federation/recovery/recover.ts'
import { stateOfLog } from '../../src/federation/recovery/stopped-logs.ts'
import { append, dismissDivergence, head, type LogHead } from '../../src/log/index.ts'
import { openStore } from '../../src/store/index.ts'
import { DATABASES, type TestDatabase } from '../support/databases.ts'
import { createClient, createServer, Management, type TestClient } from '../support/management.ts'
import { openNodes } from '../support/nodes.ts'

/** What one node of the authority answers, asked as its users do. */
function asked(url: string, issuer: string, { clientId, secret = '' }: TestClient) {
  const form = async (endpoint: string, body: Readonly<Record<string, string>>) => {
    const reply = await fetch(`${url}${new URL(issuer).pathname}/v1/${endpoint}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
      body: new URLSearchParams(body),
    })
    const text = await reply.text()
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of every shape
    const answer: any = text === '' ? {} : JSON.parse(text)
    return { status: reply.status, ...answer }
  }
  return {
    token: (resource: string) =>
      form('token', { grant_type: 'client_credentials', scope: 'orders:read', resource }),
    introspect: (token: string) => form('introspect', { token }),
    revoke: (token: string) => form('revoke', { token }),
    text: async (path: string) => (await fetch(`${url}${path}`)).text(),
  }
}

const STOPPED = { status: 503, error: 'temporarily_unavailable' }

async function openWorld(database: TestDatabase, count: number) {
  const nodes = await openNodes(database, { count })
  const admin = new Management(nodes.publicUrl, nodes.apiToken)
  const api = await createServer(admin, 'jwt')
  const client = await createClient(admin, { type: 'service' })
  const { organizationId } = await admin.ok('GET /api/rescind/v1/bootstrap')
  const { id: clusterId } = await admin.ok('POST /api/rescind/v1/clusters', {
    name: 'orders',
    apis: [api.id],
  })
  return { nodes, admin, api, client, organizationId, clusterId }
}

describe.each(DATABASES)('a log that lacks what a follower knows on $name', (database) => {
  const count = database.name === 'postgres' ? 2 : 1
  let world: Awaited<ReturnType<typeof openWorld>>
  beforeAll(async () => {
    world = await openWorld(database, count)
  })
  afterAll(() => world.nodes.close())

  it('stops issuing on every node before the follower is answered; the rest of it goes on, safely', async () => {
    const { nodes, admin, api, client, organizationId, clusterId } = world
    const [first] = nodes.nodes
    const ask = nodes.nodes.map(({ url }) => asked(url, api.issuer, client))
    const one = asked(first.url, api.issuer, client)
    const [kept, revoked, later] = await Promise.all([1, 2, 3].map(() => one.token(api.identifier)))
    await admin.revoke({ type: 'token', token: revoked.access_token })
    const at = await first.authority.store.read({ organizationId }, (tx) => head(tx))
    const position = { ...at.position, seq: at.position.seq + 9 }
    const seal = await placeSeal(first.authority)
    const place = seal.read({ position, digest: seal.seal(position, 'ab'.repeat(32)) })
    await reportDivergence(first.authority, { organizationId, clusterId }, place)
    for (const each of ask) {
      expect(await each.token(api.identifier)).toMatchObject(STOPPED)
      // It may have been revoked by what was lost: nobody may say that it was not.
      expect(await each.introspect(kept.access_token)).toMatchObject(STOPPED)
      expect(await each.introspect(revoked.access_token)).toEqual({ status: 200, active: false })
      expect(JSON.parse(await each.text('/readyz'))).toEqual({ status: 'ready', haltedLogs: 1 })
      expect(await each.text('/metrics')).toMatch(/^rescind_halted_logs 1$/m)
    }
    await admin.revoke({ type: 'token', token: later.access_token })
    expect(await one.introspect(later.access_token)).toEqual({ status: 200, active: false })
    expect((await one.revoke(kept.access_token)).status).toBe(200)
    expect(await one.introspect(kept.access_token)).toEqual({ status: 200, active: false })
    expect((await admin.ok('GET /api/rescind/v1/tokens')).items.length).toBeGreaterThan(2)
    expect((await admin.call('POST /api/v1/api-tokens', { name: 'another' })).status).toBe(503)
  })

  it('is recovered wholly or not at all, and goes on as it was where the report is dismissed', async () => {
    const { nodes, admin, api, client, organizationId } = world
    const [{ authority, url }] = nodes.nodes
    const ask = asked(url, api.issuer, client)
    const log = { id: organizationId, name: 'default' }
    const before = await stateOfLog(authority, log)
    const broken = { prepare: async () => () => Promise.reject(new Error('the last step fails')) }
    const order = { log, operator: 'test', reason: 'A test.', steps: [broken] }
    await expect(recoverLog(authority, order)).rejects.toThrow('the last step fails')
    expect(await stateOfLog(authority, log)).toEqual(before)
    expect(before.reports).toHaveLength(1)
    await authority.store.write({ organizationId }, (tx) =>
      dismissDivergence(tx, systemActor(organizationId), 'A test.', authority.clock.now()),
    )
    const { access_token } = await ask.token(api.identifier)
    expect(await ask.introspect(access_token)).toMatchObject({ status: 200, active: true })
    expect(JSON.parse(await ask.text('/readyz'))).toEqual({ status: 'ready' })
    expect((await admin.call('POST /api/v1/api-tokens', { name: 'another' })).status).toBeLessThan(300)
  })
})

describe.each(DATABASES.filter(({ name }) => name === 'postgres'))(
  'a node that remembers more than $name',
  (database) => {
    it.each([
      ['lies behind what it remembers', 0],
      ['has gone on beside what it remembers', 40],
    ])('stops when the database %s', async (_, further) => {
      const { nodes, admin, api, client, organizationId } = await openWorld(database, 2)
      try {
        const ask = nodes.nodes.map(({ url }) => asked(url, api.issuer, client))
        const [one, other] = ask
        if (one === undefined || other === undefined) throw new TypeError('two nodes')
        const [kept, revoked] = await Promise.all([1, 2].map(() => one.token(api.identifier)))
        const [{ authority }] = nodes.nodes
        const backup = await authority.store.read({ organizationId }, (tx) => head(tx))
        await admin.revoke({ type: 'token', token: revoked.access_token })
        for (const each of ask)
          expect(await each.introspect(revoked.access_token)).toEqual({ status: 200, active: false })
        await putBack(nodes.place.options.databaseUrl, backup)
        const elsewhere = await openStore(nodes.place.options)
        for (let count = 0; count < further; count += 1)
          await elsewhere.write({ organizationId }, (tx) =>
            append(
              tx,
              { kind: 'user.updated', subject: { user: 'u' }, actor: { type: 'system', id: 'x' } },
              0,
            ),
          )
        for (const each of [one, other, one]) {
          expect(await each.token(api.identifier)).toMatchObject(STOPPED)
          expect(await each.introspect(kept.access_token)).toMatchObject(STOPPED)
          expect(JSON.parse(await each.text('/readyz'))).toMatchObject({ haltedLogs: 1 })
        }
        // Recovered by another process, it goes on.
        const recovered = await recoverLog(
          { ...authority, store: elsewhere },
          { log: { id: organizationId, name: 'default' }, operator: 'test', reason: 'A test.', steps: [] },
        )
        expect(recovered).toMatchObject({ position: { incarnation: 2 }, issuers: expect.any(Number) })
        const fresh = await other.token(api.identifier)
        for (const each of ask) {
          expect(await each.introspect(kept.access_token)).toEqual({ status: 200, active: false })
          expect(await each.introspect(fresh.access_token)).toMatchObject({ status: 200, active: true })
        }
        await elsewhere.close()
      } finally {
        await nodes.close()
      }
    })
  },
)

/** What the database's own administrator can do, and a restore amounts to. */
async function putBack(url: string | undefined, { position, digest }: LogHead): Promise<void> {
  const { log, incarnation, seq } = position
  const database = new Client({ connectionString: url })
  await database.connect()
  await database.query('begin')
  await database.query('delete from log_entries where log_id = $1 and (incarnation, seq) > ($2, $3)', [
    log,
    incarnation,
    seq,
  ])
  await database.query('update log_heads set incarnation = $2, seq = $3, digest = $4 where log_id = $1', [
    log,
    incarnation,
    seq,
    digest,
  ])
  await database.query('commit')
  await database.end()
}
