import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client, escapeIdentifier } from 'pg'
import type { TestProject } from 'vitest/node'
import { scratch } from './scratch.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL server on which databases may be made; absent where none is installed. */
    postgres: { readonly url: string; readonly template: string } | undefined
  }
}

const run = promisify(execFile)

/**
 * One private PostgreSQL cluster for the whole test run, as durable as a real one. `RESCIND_TEST_POSTGRES_URL`
 * names another (a superuser's); where PostgreSQL is not installed a local run has SQLite only, and CI fails.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const template = `rescind_template_${randomBytes(8).toString('hex')}`
  const given = process.env.RESCIND_TEST_POSTGRES_URL
  if (given !== undefined) {
    project.provide('postgres', { url: given, template })
    return () => dropDatabase(given, template)
  }
  const binaries = await findBinaries()
  if (binaries === undefined) {
    const message = 'PostgreSQL is not installed (apt-get install postgresql)'
    if (process.env.CI === 'true') throw new Error(`${message}: CI must not pass without it`)
    process.stderr.write(`\n*** ${message}: ONLY SQLITE IS TESTED ***\n\n`)
    project.provide('postgres', undefined)
    return async () => {}
  }
  const { url, stop } = await startCluster(binaries, scratch())
  project.provide('postgres', { url, template })
  return stop
}

/** Starts a private cluster, synchronous as a real one; `stop` leaves nothing behind. */
export async function startCluster(
  binaries: string,
  parent: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const account = await serverAccount()
  const folder = await mkdtemp(join(parent, 'rescind-postgres-'))
  if (account !== undefined) await chown(folder, account.uid, account.gid)
  const asServer = (program: string, ...args: string[]) => {
    const path = join(binaries, program)
    return account === undefined
      ? run(path, args)
      : run('setpriv', [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', path, ...args])
  }
  const data = join(folder, 'data')
  const port = await freePort()
  // A linguistic collation: what relies on the order of text must not work by luck.
  const locale = ['--locale-provider=icu', '--icu-locale=en-US', '--locale=C.UTF-8', '--encoding=UTF8']
  await asServer('initdb', '--pgdata', data, '--username=postgres', '--auth=trust', '--no-sync', ...locale)
  const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder} -c max_connections=400`
  await asServer(
    'pg_ctl',
    'start',
    '--wait',
    '--silent',
    '--pgdata',
    data,
    '--log',
    join(folder, 'log'),
    '--options',
    settings,
  )
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await asServer('pg_ctl', 'stop', '--wait', '--silent', '--pgdata', data, '--mode', 'immediate')
      await rm(folder, { recursive: true })
    },
  }
}

async function dropDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`)
  await client.end()
}

/** PostgreSQL refuses to run as root: there it gets the account that its package made. */
async function serverAccount(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])))
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
}

/** The newest version installed: Debian keeps the server's programs out of the path. */
export async function findBinaries(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? await readdir(debian) : []
  const folders = [
    ...versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port was given'))
        else resolve(address.port)
      })
    })
  })
}
