import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeSnapshot } from '@rescind/core/log'
import { createVerifier, type VerifierEvent } from '@rescind/verifier'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { placeSeal } from '../../src/federation/delivery/place-seal.ts'
import { DATABASES } from '../support/databases.ts'
import { Management } from '../support/management.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import {
  openVerifierWorld,
  reached,
  until,
  type VerifierWorld,
  verdictOf,
} from '../support/verifier-world.ts'

describe.each(DATABASES)('over restarts on $name', (database) => {
  let world: VerifierWorld
  let folder: string
  beforeAll(async () => {
    world = await openVerifierWorld(database)
    folder = await mkdtemp(join(tmpdir(), 'rescind-verifier-'))
  })
  afterAll(async () => {
    await world.close()
    await rm(folder, { recursive: true })
  })
  const seqOf = (position: string) => Number(position.split('.')[2])

  it('a snapshot saves the transfer and is never fresh by itself', async () => {
    const snapshotFile = join(folder, 'kept')
    const first = await world.verifier({ snapshotFile })
    const [good, revoked] = [await world.token(), await world.token()]
    const { seq } = await world.admin.revoke({ type: 'token', token: revoked })
    await reached(first, seq)
    await first.close()
    expect(decodeSnapshot(await readFile(snapshotFile)).seq).toBeGreaterThanOrEqual(seq)
    const alone = await createVerifier({
      authority: 'http://127.0.0.1:1',
      credential: world.credential,
      audience: world.api.identifier,
      snapshotFile,
      startTimeout: 10,
    })
    expect([alone.staleness, seqOf(alone.position)]).toEqual([Number.POSITIVE_INFINITY, seq])
    expect([await verdictOf(alone, good), await verdictOf(alone, revoked)]).toEqual([
      'stale',
      'token_revoked',
    ])
    await alone.close()
    const again = await world.verifier({ snapshotFile })
    expect([await verdictOf(again, good), await verdictOf(again, revoked)]).toEqual([
      'accepted',
      'token_revoked',
    ])
  })

  it('a snapshot that is damaged or cannot be written is reported, and done without', async () => {
    const damaged = join(folder, 'damaged')
    await writeFile(damaged, 'SS nothing')
    for (const snapshotFile of [damaged, join(folder, 'no', 'such', 'folder')]) {
      const events: VerifierEvent[] = []
      const verifier = await world.verifier({ snapshotFile, onEvent: (event) => events.push(event) })
      expect(await verdictOf(verifier, await world.token())).toBe('accepted')
      await verifier.close()
      expect(events).toContainEqual(expect.objectContaining({ type: 'snapshot_failed' }))
    }
  })

  it('a verifier that knows more than the database says so, and is not rolled back', async () => {
    const snapshotFile = join(folder, 'newer')
    const token = await world.token()
    const verifier = await world.verifier({ snapshotFile })
    await verifier.close()
    const bytes = await readFile(snapshotFile)
    const { log, incarnation, seq, digest } = decodeSnapshot(bytes)
    const at = bytes.indexOf(Buffer.from(digest, 'hex'))
    /** A verifier that starts with another digest for the same place. */
    const startedWith = async (other: string) => {
      bytes.write(other, at, 'hex')
      await writeFile(snapshotFile, bytes)
      const { promise, resolve } = Promise.withResolvers<VerifierEvent>()
      const verifier = await world.verifier({
        snapshotFile,
        startTimeout: 10,
        onEvent: (event) => {
          if (event.type === 'diverged') resolve(event)
        },
      })
      expect(await promise).toEqual({ type: 'diverged', position: verifier.position })
      expect(await verdictOf(verifier, token)).toMatch(/stale|position_ahead/)
      await verifier.close()
    }
    // A file that somebody changed, or the disk did, is nobody's proof: others go on.
    await startedWith(`${digest[0] === '0' ? '1' : '0'}${digest.slice(1)}`)
    expect(await verdictOf(await world.verifier(), await world.token())).toBe('accepted')
    // As the authority told it in another history: nothing is issued by a log that lacks what somebody knows of it.
    const seal = await placeSeal(world.nodes.nodes[0].authority)
    await startedWith(seal.seal({ log, incarnation, seq }, 'ab'.repeat(32)))
    await expect(world.token()).rejects.toThrow('temporarily_unavailable')
  })
})

describe.each(DATABASES)('an authority that is killed on $name', (database) => {
  it('is found again, with all that was revoked', async () => {
    const place = await database.place()
    const served: ServerProcess[] = []
    try {
      const server = await startServer(place.options)
      served.push(server)
      const admin = new Management(server.url, server.credentials.get('RESCIND_ADMIN_API_TOKEN') ?? '')
      const api = 'https://orders.example.com'
      const { authorizationServerId } = await admin.ok('GET /api/rescind/v1/bootstrap')
      await admin.ok('POST /api/rescind/v1/apis', { identifier: api, authorizationServerId })
      const { id } = await admin.ok('POST /api/rescind/v1/clusters', { name: 'orders', apis: [api] })
      const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${id}/credentials`)
      const verifier = await createVerifier({ authority: server.url, credential, audience: api })
      const before = verifier.position
      await server.end('SIGKILL')
      const port = new URL(server.url).port
      served.push(await server.restart({ RESCIND_PORT: port }))
      const { seq } = await admin.revoke({ type: 'api', id: api })
      await reached(verifier, seq)
      await until(() => verifier.staleness < 5_000)
      expect(verifier.position).not.toBe(before)
      await verifier.close()
    } finally {
      for (const server of served) await server.end('SIGTERM')
      await place.remove()
    }
  })
})
