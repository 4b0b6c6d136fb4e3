import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findBinaries, startCluster } from '../packages/server/test/support/postgres-cluster.ts'

/**
 * The databases to measure: a name, and `create(folder)`, which makes an empty one and gives the environment that
 * points the server to it. PostgreSQL is left out, and said so, where it is not installed.
 */
export const DATABASES = [{ name: 'embedded', create: createEmbedded }]

/** Starts a PostgreSQL of our own on the disk that is measured; resolves with what stops it. */
export async function startPostgres() {
  const binaries = await findBinaries()
  if (binaries === undefined) {
    process.stdout.write('PostgreSQL is not installed: only the embedded database is measured\n')
    return async () => {}
  }
  const { url, stop } = await startCluster(binaries, tmpdir())
  DATABASES.push({ name: 'PostgreSQL', create: (folder) => createPostgres(url, folder) })
  return stop
}

async function createEmbedded(folder) {
  const dataDir = await mkdtemp(join(folder, 'data-'))
  return {
    environment: { RESCIND_DATA_DIR: dataDir },
    remove: () => rm(dataDir, { recursive: true }),
  }
}

async function createPostgres(server, folder) {
  const name = `bench_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    environment: {
      RESCIND_DATA_DIR: folder,
      RESCIND_DATABASE_URL: url.href,
      RESCIND_MASTER_KEY: '0'.repeat(64),
    },
    remove: () => administer(server, `drop database ${name} with (force)`),
  }
}

async function administer(url, statement) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
