import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVerifier, type Verifier, type VerifierEvent } from '@rescind/verifier'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES, type TestPlace } from '../support/databases.ts'
import {
  createClient,
  createServer,
  Management,
  type TestApi,
  type TestClient,
} from '../support/management.ts'
import { runCommand, type ServerProcess, startServer } from '../support/server-process.ts'
import { issue, reached, until, verdictOf } from '../support/verifier-world.ts'

const API_TOKEN = 'the-api-token-of-the-administrator'

describe.each(DATABASES)('yesterday’s database put back on $name', (database) => {
  let place: TestPlace
  let folder: string
  let server: ServerProcess
  let admin: Management
  let api: TestApi
  let service: TestClient
  let lostKey: string
  const verifiers: Verifier[] = []
  const events: VerifierEvent[] = []
  beforeAll(async () => {
    place = await database.place()
    folder = await mkdtemp(join(tmpdir(), 'rescind-restore-'))
    server = await startServer(place.options, { RESCIND_ADMIN_API_TOKEN: API_TOKEN })
    admin = new Management(server.url, API_TOKEN)
    api = await createServer(admin, 'jwt')
    service = await createClient(admin, { type: 'service' })
  })
  afterAll(async () => {
    for (const verifier of verifiers) await verifier.close()
    await server.end('SIGTERM')
    await place.remove()
    await rm(folder, { recursive: true })
  })
  const restart = async () => {
    server = await server.restart({ RESCIND_PORT: new URL(server.url).port })
  }
  const incarnationOf = (verifier: Verifier) => Number(verifier.position.split('.')[1])

  it('is noticed by whoever knows more; nothing is issued until it is recovered, and nothing un-revoked', async () => {
    const { id: clusterId } = await admin.ok('POST /api/rescind/v1/clusters', {
      name: 'orders',
      apis: [api.id],
      maxStaleness: 2_000,
    })
    const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${clusterId}/credentials`)
    const signer = await createClient(admin, { type: 'service', method: 'private_key_jwt' })
    if (signer.key === undefined) throw new TypeError('the client has no key')
    lostKey = await calculateJwkThumbprint(await exportJWK(signer.key.key))
    const settings = { authority: server.url, credential, audience: api.identifier }
    const snapshotFile = join(folder, 'snapshot')
    const verifier = await createVerifier({
      ...settings,
      snapshotFile,
      startTimeout: 20_000,
      onEvent: (event) => events.push(event),
    })
    verifiers.push(verifier)
    const [kept, revoked] = [await issue(service, api), await issue(service, api)]

    // The backup, and what was done after it.
    await server.end('SIGKILL')
    const putBack = await place.backUp()
    await restart()
    await admin.revoke({ type: 'token', token: revoked })
    const { seq } = await admin.revoke({ type: 'key', id: lostKey })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, revoked)).toBe('token_revoked')

    // It is put back under everybody's feet.
    await server.end('SIGKILL')
    await putBack()
    await restart()
    await until(() => events.some(({ type }) => type === 'diverged'))
    await expect(issue(service, api)).rejects.toThrow('temporarily_unavailable')
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready', haltedLogs: 1 })
    expect(server.stderr()).toContain('THE LOG HAS LOST ENTRIES')
    // No lease is granted any more, so what may have been revoked is accepted by nobody; nothing is rolled back.
    await until(() => verifier.staleness > 2_000)
    expect(await verdictOf(verifier, kept)).toBe('stale')
    expect(await verdictOf(verifier, revoked)).toBe('token_revoked')
    await verifier.close()
    const again = await createVerifier({ ...settings, snapshotFile, startTimeout: 10 })
    verifiers.push(again)
    expect([await verdictOf(again, kept), await verdictOf(again, revoked)]).toEqual([
      'stale',
      'token_revoked',
    ])

    // The operator recovers it: beside the running server where the database allows it.
    if (database.name === 'sqlite') await server.end('SIGTERM')
    const environment = { ...server.environment, RESCIND_PORT: new URL(server.url).port }
    const shown = await runCommand(['recover'], environment)
    expect([shown.code, shown.stdout]).toEqual([1, expect.stringContaining('reported')])
    const done = await runCommand(['recover', '--yes', '--reason', 'The disk failed.'], environment)
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('incarnation 2')])
    const value = /^RESCIND_ADMIN_API_TOKEN=(.+)$/m.exec(done.stdout)?.[1] ?? ''
    if (database.name === 'sqlite') await restart()

    // Everything of before is void, and what comes is good.
    await until(() => incarnationOf(again) === 2 && again.staleness < 2_000)
    expect([await verdictOf(again, kept), await verdictOf(again, revoked)]).not.toContain('accepted')
    expect((await admin.call('GET /api/rescind/v1/tokens')).status).toBe(401)
    admin = new Management(server.url, value)
    const fresh = await issue(service, api)
    expect(await verdictOf(again, fresh)).toBe('accepted')

    // The key that only the verifier remembered is revoked again, by whom the log says.
    const { items } = await admin.ok('GET /api/rescind/v1/audit?limit=1000')
    const told = JSON.stringify(items)
    expect(told).toContain('log.key_returned')
    expect(items).toContainEqual(
      expect.objectContaining({
        kind: 'log.recovered',
        reason: { code: 'requested', text: 'The disk failed.' },
      }),
    )
    const { seq: later } = await admin.revoke({ type: 'token', token: fresh })
    await reached(again, later)
    expect(await verdictOf(again, fresh)).toBe('token_revoked')
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready' })

    // Killed amid revocations it keeps those that it acknowledged, and of the others all or nothing.
    const tokens = []
    for (let count = 0; count < 12; count += 1) tokens.push(await issue(service, api))
    const acknowledged = new Set<string>()
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    const revoking = tokens.map((token) =>
      admin.revoke({ type: 'token', token }).then(
        () => {
          acknowledged.add(token)
          if (acknowledged.size === 2) resolve()
        },
        () => undefined,
      ),
    )
    await enough
    await server.end('SIGKILL')
    await Promise.all(revoking)
    await restart()
    const { seq: newest } = await admin.revoke({ type: 'token', token: await issue(service, api) })
    await reached(again, newest)
    await until(() => again.staleness < 2_000)
    for (const token of tokens) {
      const { standing } = await admin.ok('POST /api/rescind/v1/tokens/explain', { token })
      const verdict = await verdictOf(again, token)
      expect(verdict).toBe(standing === 'active' ? 'accepted' : 'token_revoked')
      if (acknowledged.has(token)) expect(verdict).toBe('token_revoked')
    }
  })
})
