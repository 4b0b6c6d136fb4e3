import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { decodeFrame, decodeSnapshot } from '@rescind/core/log'
import type { VerifierEvent } from '@rescind/verifier'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor } from '../../src/authority/index.ts'
import { append } from '../../src/log/index.ts'
import { eventsFrom } from '../support/cluster.ts'
import { DATABASES } from '../support/databases.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import {
  openVerifierWorld,
  reached,
  until,
  type VerifierWorld,
  verdictOf,
} from '../support/verifier-world.ts'

const PROVIDER = 'https://idp.example.com'
const STALENESS = 1_500
const CHILD = join(import.meta.dirname, '../support/verifier-process.ts')

/** What fails here is a verifier or the way to it; which database the authority has makes no difference. */
describe.each(DATABASES.slice(0, 1))('real faults of verifiers, on $name', (database) => {
  let world: VerifierWorld
  let folder: string
  beforeAll(async () => {
    const cluster = { maxStaleness: STALENESS }
    world = await openVerifierWorld(database, { cluster, identityProviders: [PROVIDER] })
    folder = await mkdtemp(join(tmpdir(), 'rescind-faults-'))
  })
  afterAll(async () => {
    await world.close()
    await rm(folder, { recursive: true })
  })

  it('a process that is stopped loses its lease, and never says active when it goes on', async () => {
    const token = await world.token()
    const child = spawn(process.execPath, ['--conditions=rescind-source', CHILD], {
      env: {
        ...process.env,
        AUTHORITY: world.nodes.publicUrl,
        CREDENTIAL: world.credential,
        AUDIENCE: world.api.identifier,
        TOKEN: token,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const said: { readonly verdict: string; readonly staleness: number }[] = []
      createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)))
      await until(() => said.at(-1)?.verdict === 'accepted')
      child.kill('SIGSTOP')
      const { seq } = await world.admin.revoke({ type: 'token', token })
      const node = async () => {
        const { items } = await world.admin.ok(`GET /api/rescind/v1/clusters/${world.cluster}/nodes`)
        return items.find(({ name }: { name: string }) => name === 'a process')
      }
      // The authority does not take it for having applied the revocation, and knows when its lease has ended.
      expect(Number((await node()).position.split('.')[2])).toBeLessThan(seq)
      while ((await node()).state !== 'lapsed') await new Promise((resolve) => setTimeout(resolve, 50))
      const before = said.length
      child.kill('SIGCONT')
      await until(() => said.at(-1)?.verdict === 'token_revoked')
      // Whether it is asked before or after it has read what came meanwhile, it does not say active.
      for (const { verdict } of said.slice(before)) expect(['stale', 'token_revoked']).toContain(verdict)
      for (const { verdict, staleness } of said)
        if (verdict === 'accepted') expect(staleness).toBeLessThanOrEqual(STALENESS)
      while (Number((await node()).position.split('.')[2]) < seq)
        await new Promise((resolve) => setTimeout(resolve, 20))
    } finally {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  })

  it('a connection that is cut, and one on which nothing passes any more', async () => {
    const proxy = await TcpProxy.before(world.nodes.publicUrl)
    const events: VerifierEvent[] = []
    const verifier = await world.verifier({
      authority: proxy.url,
      onEvent: (event) => events.push(event),
    })
    const other = await world.verifier()
    const [first, second, kept] = [await world.token(), await world.token(), await world.token()]
    proxy.cut()
    const { seq } = await world.admin.revoke({ type: 'token', token: first })
    await reached(verifier, seq)
    expect(events.map(({ type }) => type)).toContain('disconnected')
    expect(await verdictOf(verifier, first)).toBe('token_revoked')
    proxy.hold()
    const { seq: unseen } = await world.admin.revoke({ type: 'token', token: second })
    await reached(other, unseen)
    await until(() => verifier.staleness > STALENESS)
    // Neither good nor void, as far as it can know; whoever is connected knows better, and is not held up.
    expect([await verdictOf(verifier, second), await verdictOf(verifier, kept)]).toEqual(['stale', 'stale'])
    expect([await verdictOf(other, second), await verdictOf(other, kept)]).toEqual([
      'token_revoked',
      'accepted',
    ])
    proxy.release()
    await reached(verifier, unseen)
    await until(() => verifier.staleness < STALENESS)
    expect([await verdictOf(verifier, second), await verdictOf(verifier, kept)]).toEqual([
      'token_revoked',
      'accepted',
    ])
    await verifier.close()
    await proxy.close()
  })

  it('a disk that is full: the verifier goes on, the snapshot stays the one before, and the next is kept', async () => {
    const snapshotFile = join(folder, 'snapshot')
    await (await world.verifier({ snapshotFile })).close()
    const before = await readFile(snapshotFile)
    // Whatever is written beside the file meets ENOSPC, from the kernel.
    await symlink('/dev/full', `${snapshotFile}.${process.pid}.new`)
    const events: VerifierEvent[] = []
    const verifier = await world.verifier({ snapshotFile, onEvent: (event) => events.push(event) })
    const token = await world.token()
    expect(await verdictOf(verifier, token)).toBe('accepted')
    const { seq } = await world.admin.revoke({ type: 'token', token })
    await reached(verifier, seq)
    expect(await verdictOf(verifier, token)).toBe('token_revoked')
    await verifier.close()
    const failed = events.filter(({ type }) => type === 'snapshot_failed')
    expect(failed).toEqual([{ type: 'snapshot_failed', cause: expect.stringContaining('ENOSPC') }])
    expect(await readFile(snapshotFile)).toEqual(before)
    const again = await world.verifier({ snapshotFile })
    expect(await verdictOf(again, token)).toBe('token_revoked')
    await again.close()
    expect(decodeSnapshot(await readFile(snapshotFile)).seq).toBeGreaterThanOrEqual(seq)
  })

  it('a follower that does not read is cut off and resumes where it was; the others get everything', async () => {
    const verifier = await world.verifier()
    const [node] = world.nodes.nodes
    const { log } = decodeSnapshot(await snapshotBytes())
    const from = verifier.position
    const { port, hostname, host } = new URL(node.url)
    const slow = connect(Number(port), hostname)
    slow.write(
      `GET /api/rescind/v1/log?after=${from} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${world.credential}\r\n\r\n`,
    )
    await once(slow, 'readable')
    // Far more than the kernel takes for a socket at both ends, and the authority for a follower.
    const identities = Array.from({ length: 256 }, (_, place) => ({
      issuer: PROVIDER,
      user: `${place}`.padEnd(512, 'u'),
    }))
    let seq = 0
    for (let round = 0; round < 90; round += 1) {
      const at = await node.authority.store.write({ organizationId: log }, (tx) =>
        append(
          tx,
          {
            kind: 'user.revoked',
            subject: { user: `user-${round}` },
            data: { identities, notAfter: round },
            actor: { type: 'system', id: systemActor(log).id },
          },
          Date.now(),
        ),
      )
      seq = at.seq
      await reached(verifier, seq)
    }
    const chunks: Buffer[] = []
    slow.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined)
    await once(slow, 'close')
    const ids = [
      ...Buffer.concat(chunks)
        .toString('latin1')
        .matchAll(/^id: (\S+)\nevent: frame\ndata: \S+\n\n/gm),
    ]
    const last = ids.at(-1)?.[1] ?? from
    expect(Number(last.split('.')[2])).toBeLessThan(seq)
    const resumed = await fetch(`${node.url}/api/rescind/v1/log`, {
      headers: { authorization: `Bearer ${world.credential}`, 'last-event-id': last },
    })
    let reachedAt = Number(last.split('.')[2])
    for await (const { data } of eventsFrom(resumed)) {
      const frame = decodeFrame(Buffer.from(data, 'base64url'))
      expect(frame.from).toBe(reachedAt)
      reachedAt = frame.to
      if (reachedAt >= seq) break
    }
    expect(await verdictOf(verifier, await world.token())).toBe('accepted')
  })

  async function snapshotBytes(): Promise<Uint8Array> {
    const reply = await fetch(`${world.nodes.publicUrl}/api/rescind/v1/log/snapshot`, {
      headers: { authorization: `Bearer ${world.credential}` },
    })
    return new Uint8Array(await reply.arrayBuffer())
  }
})
