import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES, type TestPlace } from '../support/databases.ts'
import { inheritedEnvironment } from '../support/inherited-environment.ts'
import { createServer, Management, type TestApi } from '../support/management.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { silentNode } from '../support/silent-node.ts'

const MAIN = join(import.meta.dirname, '../../src/start/main.ts')

describe.each(DATABASES)('revoking from the command line on $name', (database) => {
  let place: TestPlace
  let server: ServerProcess
  let admin: Management
  let api: TestApi
  let folder: string
  beforeAll(async () => {
    place = await database.place()
    folder = await mkdtemp(join(tmpdir(), 'rescind-commands-'))
    server = await startServer(place.options)
    admin = new Management(server.url, server.credentials.get('RESCIND_ADMIN_API_TOKEN') ?? '')
    api = await createServer(admin, 'jwt')
  })
  afterAll(async () => {
    await server.end('SIGTERM')
    await place.remove()
    await rm(folder, { recursive: true })
  })

  function start(words: readonly string[]) {
    const child = spawn(process.execPath, ['--conditions=rescind-source', MAIN, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inheritedEnvironment(),
        RESCIND_URL: server.url,
        RESCIND_API_TOKEN: server.credentials.get('RESCIND_ADMIN_API_TOKEN'),
      },
    })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const ended = once(child, 'close').then(([code]: unknown[]) => ({ code, out, err }))
    return {
      ended,
      async says(pattern: RegExp) {
        while (!pattern.test(out)) await once(child.stdout, 'data')
      },
    }
  }
  const run = (...words: string[]) => start(words).ended

  it('is watched over a crash of the authority, and proved offline', async () => {
    const { id } = await admin.ok('POST /api/rescind/v1/clusters', {
      name: 'orders',
      apis: [api.id],
      maxStaleness: 3_000,
    })
    const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${id}/credentials`)
    const node = await silentNode(server.url, credential, 'eu-3')
    // It keeps its lease, and never says that it has more, until it is cut off.
    let isCutOff = false
    const beating = (async () => {
      for (; !isCutOff; await sleep(250)) await node.acknowledge(node.position)
    })()
    const words = ['api', api.identifier, '--reason', 'compromised']
    const watching = start(['revoke', ...words, '--note', 'INC-7', '--watch'])
    await watching.says(/eu-3: waiting; its lease ends in/)
    isCutOff = true
    await beating
    await server.end('SIGKILL')
    server = await server.restart({ RESCIND_PORT: new URL(server.url).port })
    const watched = await watching.ended
    expect(watched).toMatchObject({ code: 0 })
    expect(watched.out).toMatch(/eu-3: silent since \S+, its lease ended at \S+: it refuses by contract/)
    expect(watched.out).toMatch(
      /in effect after \d+ ms: 0 of 1 nodes acknowledged, 1 with a lease that ended/,
    )
    const revocation = /revoked: (\S+) at/.exec(watched.out)?.[1] ?? ''

    const [file, keys] = [join(folder, 'receipt.json'), join(folder, 'keys.json')]
    expect(await run('receipt', 'get', revocation, '--out', file)).toMatchObject({ code: 0 })
    await writeFile(keys, await (await fetch(`${server.url}/api/rescind/v1/receipt-keys`)).text())
    const verified = await run('receipt', 'verify', file, '--keys', keys)
    expect(verified).toMatchObject({ code: 0, err: '' })
    expect(verified.out).toContain(`genuine receipt of ${revocation}`)
    expect(verified.out).toMatch(/why {5}compromised; INC-7/)
    expect(verified.out).toMatch(/eu-3: silent since/)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('"lease_ended": 1', '"lease_ended": 0'))
    const refused = await run('receipt', 'verify', file, '--keys', keys)
    expect(refused).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('NOT A GENUINE RECEIPT: its `receipt` is not what was signed'),
    })
  })

  // What a command makes of its words and of answers is the same over every database.
  if (database.name === 'sqlite')
    it('says by its exit code what came of it', async () => {
      const rehearsal = await run('revoke', 'api', api.identifier, '--reason', 'test', '--dry-run')
      expect(rehearsal).toMatchObject({
        code: 0,
        out: expect.stringMatching(
          /^would revoke: every token for .*\n0 live tokens[\s\S]*orders \(connected\): /,
        ),
      })
      expect(await run('revoke', 'key', '-no-such-key', '--reason', 'test')).toMatchObject({
        code: 1,
        err: expect.stringContaining('(not_found)'),
      })
      expect(await run('revoke', 'user', 'x', '--reason', 'nonsense')).toMatchObject({ code: 1 })
      expect(await run('receipt', 'get', 'rvknone')).toMatchObject({ code: 1 })
      const { id } = await admin.ok('POST /api/rescind/v1/clusters', {
        name: 'lax',
        apis: [api.id],
        maxStaleness: 100,
        whenStale: 'open',
      })
      const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${id}/credentials`)
      await silentNode(server.url, credential, 'lax-1')
      const { keys } = JSON.parse(await (await fetch(`${api.issuer}/v1/keys`)).text())
      const watched = await run('revoke', 'key', keys[0].kid, '--reason', 'compromised', '--watch')
      expect(watched).toMatchObject({ code: 2, err: expect.stringContaining('no receipt') })
      expect(watched.out).toMatch(/lax-1: EXPOSED since \S+ until it acknowledges: it accepts when stale/)
    })
})
