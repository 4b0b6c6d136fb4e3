import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DATABASES, type TestPlace } from '../support/databases.ts'
import { runServer, type ServerProcess, spawnServer, startServer } from '../support/server-process.ts'

const CREDENTIALS = [
  'RESCIND_ADMIN_LOGIN',
  'RESCIND_ADMIN_PASSWORD',
  'RESCIND_ADMIN_API_TOKEN',
  'RESCIND_ADMIN_PUBLIC_KEY',
  'RESCIND_ADMIN_PRIVATE_KEY',
  'RESCIND_ADMIN_CLIENT_ID',
  'RESCIND_ADMIN_CLIENT_SECRET',
]

async function bootstrapOf(server: ServerProcess, token = server.credentials.get('RESCIND_ADMIN_API_TOKEN')) {
  const reply = await fetch(`${server.url}/api/rescind/v1/bootstrap`, {
    headers: { authorization: `SSWS ${token}` },
  })
  const body: unknown = await reply.json()
  return { status: reply.status, body }
}

describe.each(DATABASES)('a server on $name', (database) => {
  let place: TestPlace
  beforeEach(async () => {
    place = await database.place({ migrated: false })
  })
  afterEach(() => place.remove())

  it('prints its credentials once, says once that it is ready, and keeps what it has over restarts', async () => {
    const first = await startServer(place.options)
    const lines = first.stdout().trimEnd().split('\n')
    expect(lines.at(-1)).toMatch(/^rescind ready on http:\/\/localhost:\d+$/)
    expect(lines.slice(0, -1).map((line) => line.split('=', 1)[0])).toEqual(CREDENTIALS)
    expect(first.credentials.get('RESCIND_ADMIN_PUBLIC_KEY')).toMatch(/^[a-z]{8}$/)
    expect(first.credentials.get('RESCIND_ADMIN_PRIVATE_KEY')).toMatch(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    )
    expect(first.credentials.get('RESCIND_ADMIN_CLIENT_ID')).toMatch(/^mdb_sa_id_[0-9a-f]{24}$/)
    expect(first.credentials.get('RESCIND_ADMIN_CLIENT_SECRET')).toMatch(/^mdb_sa_sk_[\w-]{40}$/)
    const ids = await bootstrapOf(first)
    expect(ids).toEqual({
      status: 200,
      body: {
        organizationId: expect.stringMatching(/^[0-9a-f]{24}$/),
        federationSettingsId: expect.stringMatching(/^[0-9a-f]{24}$/),
        authorizationServerId: 'default',
        publicUrl: first.url,
        version: '0.1.0',
      },
    })
    expect(await first.end('SIGTERM')).toEqual({ code: 0, signal: null })
    const second = await first.restart({ RESCIND_ADMIN_API_TOKEN: 'a-later-start-ignores-this' })
    expect(second.stdout()).toBe(`rescind ready on ${second.url}\n`)
    expect(await bootstrapOf(second)).toMatchObject({
      status: 200,
      body: { organizationId: Reflect.get(ids.body as object, 'organizationId') },
    })
    expect((await bootstrapOf(second, 'a-later-start-ignores-this')).status).toBe(401)
    for (const secret of second.credentials.values())
      if (secret !== 'admin@localhost') expect(first.stderr() + second.stderr()).not.toContain(secret)
    await second.end('SIGKILL')
    const third = await second.restart()
    expect((await bootstrapOf(third)).status).toBe(200)
    await third.end('SIGTERM')
  })

  it('takes what it is given and prints nothing of it', async () => {
    const given = {
      RESCIND_ORG_ID: '656e4d8e91cb7d26db1bc9c6',
      RESCIND_FEDERATION_ID: '656e4d8e91cb7d26db1bc9c7',
      RESCIND_ADMIN_LOGIN: 'root@example.com',
      RESCIND_ADMIN_PASSWORD: 'root password',
      RESCIND_ADMIN_API_TOKEN: `00${randomBytes(30).toString('base64url')}`,
      RESCIND_ADMIN_PUBLIC_KEY: 'abcdefgh',
      RESCIND_ADMIN_PRIVATE_KEY: 'b8ad2f16-9d05-4d4c-a9a5-0e8b2d3a9a10',
      RESCIND_ADMIN_CLIENT_ID: 'mdb_sa_id_656e4d8e91cb7d26db1bc9c8',
      RESCIND_ADMIN_CLIENT_SECRET: `mdb_sa_sk_${'s'.repeat(40)}`,
      RESCIND_PUBLIC_URL: 'https://id.example.com',
    }
    const server = await startServer(place.options, given)
    expect(server.stdout()).toBe('rescind ready on https://id.example.com\n')
    await server.end('SIGTERM')
    const reached = await server.restart({ RESCIND_PUBLIC_URL: '' })
    expect(await bootstrapOf(reached, given.RESCIND_ADMIN_API_TOKEN)).toMatchObject({
      status: 200,
      body: { organizationId: given.RESCIND_ORG_ID, federationSettingsId: given.RESCIND_FEDERATION_ID },
    })
    await reached.end('SIGTERM')
    for (const name of CREDENTIALS.slice(1))
      expect(server.stderr() + reached.stderr()).not.toContain(Reflect.get(given, name))
  })

  it('is as complete after a first start that was cut off while it printed its credentials', async () => {
    const environment = { RESCIND_MASTER_KEY: '33'.repeat(32) }
    const cut = spawnServer(place.options, environment)
    cut.output.once('data', () => cut.child.kill('SIGKILL'))
    await cut.exited
    const server = await startServer(place.options, environment)
    const token = server.credentials.get('RESCIND_ADMIN_API_TOKEN') ?? tokenIn(cut.stdout())
    expect((await bootstrapOf(server, token)).status).toBe(200)
    await server.end('SIGTERM')
    const later = await server.restart()
    expect(later.stdout()).not.toContain('RESCIND_')
    await later.end('SIGTERM')
  })

  it('refuses another master key before anything is written', async () => {
    const server = await startServer(place.options, { RESCIND_MASTER_KEY: '11'.repeat(32) })
    await server.end('SIGTERM')
    const refused = await runServer(place.options, { RESCIND_MASTER_KEY: '22'.repeat(32) })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^rescind: the master key is not the one/)
  })

  it('answers a request that is under way when it is told to stop, and then exits 0', async () => {
    const server = await startServer(place.options)
    const token = server.credentials.get('RESCIND_ADMIN_API_TOKEN') ?? ''
    const { hostname, port } = new URL(server.url)
    const request = `GET /api/rescind/v1/bootstrap HTTP/1.1\r\nhost: localhost\r\nauthorization: SSWS ${token}\r\n`
    const socket = connect({ host: hostname, port: Number(port) })
    await once(socket, 'connect')
    socket.write(request)
    // The head is not complete yet: the request is under way, and the signal finds it so.
    await bootstrapOf(server)
    const ended = server.end('SIGTERM')
    socket.write('\r\n')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 (200|503) /)
    expect(await ended).toEqual({ code: 0, signal: null })
  })

  it('exits 1 at once when it is told a second time', async () => {
    const server = await startServer(place.options)
    const { hostname, port } = new URL(server.url)
    const socket = connect({ host: hostname, port: Number(port) }).on('error', () => {})
    await once(socket, 'connect')
    // A request that never ends holds the stop up.
    socket.write('GET /healthz HTTP/1.1\r\n')
    await bootstrapOf(server)
    const ended = server.end('SIGTERM')
    await server.logs(/"msg":"stopping"/)
    await server.end('SIGTERM')
    expect(await ended).toEqual({ code: 1, signal: null })
  })
})

describe('a start that is refused', () => {
  let dataDir: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rescind-'))
  })
  afterEach(() => rm(dataDir, { recursive: true }))

  it.each([
    ['a wrong variable', { RESCIND_LOG_LEVEL: 'loud' }, /^rescind: RESCIND_LOG_LEVEL must be one of trace, /],
    [
      'a contradiction',
      { RESCIND_ADMIN_CLIENT_ID: 'me' },
      /^rescind: RESCIND_ADMIN_CLIENT_ID and RESCIND_ADMIN_CLIENT_SECRET /,
    ],
    [
      'a host that is not ours',
      { RESCIND_HOST: '192.0.2.1' },
      /^rescind: RESCIND_HOST cannot be listened on/,
    ],
    [
      'a database without its key',
      { RESCIND_DATABASE_URL: 'postgres://127.0.0.1/x', RESCIND_MASTER_KEY: '' },
      /^rescind: RESCIND_DATABASE_URL needs RESCIND_MASTER_KEY/,
    ],
  ])('for %s says so in one line and writes nothing', async (_name, environment, message) => {
    const refused = await runServer({ dataDir }, environment)
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) })
    expect(refused.stderr.trimEnd()).not.toContain('\n')
    expect(await readdir(dataDir)).toEqual([])
  })

  it('for a port in use names the port and writes nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const refused = await runServer({ dataDir }, { RESCIND_PORT: port })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toBe(`rescind: RESCIND_PORT cannot be had: port ${port} of 127.0.0.1 is in use\n`)
    expect(await readdir(dataDir)).toEqual([])
    taken.close()
  })

  it('for a data folder that another process has', async () => {
    const server = await startServer({ dataDir })
    const second = await runServer({ dataDir })
    expect(second).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^rescind: .* is in use by another/),
    })
    expect((await bootstrapOf(server)).status).toBe(200)
    await server.end('SIGTERM')
  })

  it('for a data folder whose master key is gone', async () => {
    const server = await startServer({ dataDir })
    await server.end('SIGTERM')
    expect((await stat(join(dataDir, 'master.key'))).mode & 0o777).toBe(0o600)
    await rm(join(dataDir, 'master.key'))
    expect(await runServer({ dataDir })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^rescind: the master key of this database is missing/),
    })
  })
})

function tokenIn(stdout: string): string | undefined {
  return /^RESCIND_ADMIN_API_TOKEN=(.+)$/m.exec(stdout)?.[1]
}
