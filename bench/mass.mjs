import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { DATABASES } from './databases.mjs'
import { productModule } from './product.mjs'
import { call, startRescind } from './rescind.mjs'
import { count, decimal, median, milliseconds, printTable } from './statistics.mjs'

const SIZES = [1_000, 1_000_000]
const REPEATS = 25
const USERS = 1_000
const BATCH = 500
const API = 'https://bench.example.com'
const NATIVE = '/api/rescind/v1'

/**
 * What a revocation costs when it covers a thousand live tokens and when it covers a million: time to the
 * acknowledgement and bytes written; and what a page of the token list and a preview cost then.
 */
export async function benchMass(folder) {
  for (const database of DATABASES) {
    const rows = [['', ...SIZES.map((size) => `${count(size)} tokens`), 'ratio']]
    const columns = []
    for (const size of SIZES) columns.push(await measure(folder, database, size))
    for (const [name, format] of FIGURES) {
      const [few, many] = columns.map((column) => column[name])
      rows.push([name, format(few), format(many), decimal(many / few)])
    }
    printTable(`Revoking many tokens at once, ${database.name}`, rows)
  }
}

const bytes = (value) => `${count(value)} B`
const FIGURES = [
  ['revoke a user', milliseconds],
  ['revoke an application', milliseconds],
  ['revoke an API', milliseconds],
  ['bytes written by a revocation', bytes],
  ['a page of 100 tokens of a user', milliseconds],
  ['a page of 100 tokens of an application', milliseconds],
  ['a page of 100 tokens of an API', milliseconds],
  ['preview of an API', milliseconds],
]

async function measure(folder, database, size) {
  const place = await database.create(folder)
  try {
    const world = await prepare(folder, place)
    await seed(place, world, size)
    const rescind = await startRescind(folder, { home: place })
    try {
      return await measureServer(rescind, place, world)
    } finally {
      await rescind.stop()
    }
  } finally {
    await place.remove()
  }
}

/** One application and one API, and the ids that rows of the ledger need. */
async function prepare(folder, place) {
  const rescind = await startRescind(folder, { home: place })
  try {
    const { organizationId } = await call(rescind, 'GET', `${NATIVE}/bootstrap`)
    const application = await call(rescind, 'POST', '/api/v1/apps', {
      name: 'oidc_client',
      label: 'mass',
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: {
        oauthClient: {
          application_type: 'service',
          grant_types: ['client_credentials'],
          response_types: ['token'],
        },
      },
    })
    await call(rescind, 'POST', `${NATIVE}/apis`, { identifier: API, name: 'mass' })
    const user = await call(rescind, 'POST', '/api/v1/users', {
      profile: { login: 'mass@example.com', email: 'mass@example.com', firstName: 'M', lastName: 'M' },
    })
    return { organizationId, client: application.id, user: user.id }
  } finally {
    await rescind.stop()
  }
}

/** Writes the rows that issuing the tokens would have written; the user of the bench has one in a thousand. */
async function seed({ environment }, { organizationId, client, user }, size) {
  const { openStore } = await import(productModule('store/index'))
  const { insertTokens } = await import(productModule('store/queries/tokens'))
  const { head } = await import(productModule('log/index'))
  const store = await openStore({
    dataDir: environment.RESCIND_DATA_DIR,
    ...(environment.RESCIND_DATABASE_URL && { databaseUrl: environment.RESCIND_DATABASE_URL }),
  })
  const now = Date.now()
  const { position } = await store.read({ organizationId }, (tx) => head(tx))
  const row = (index) => ({
    id: randomUUID(),
    kind: 'access',
    format: 'jwt',
    handle: null,
    issuer_id: 'default',
    client_id: client,
    user_id: index % USERS === 0 ? user : `00uBench${index % USERS}`,
    api: API,
    scopes: 'read',
    grant_id: null,
    origin: null,
    session_id: null,
    signing_key: null,
    assertion_key: null,
    identity_provider: null,
    incarnation: position.incarnation,
    seq: position.seq,
    issued_at: now - index,
    expires_at: now + 3_600_000,
    ip: null,
    user_agent: null,
    details: '{}',
  })
  for (let done = 0; done < size; done += BATCH * 100)
    await Promise.all(
      Array.from({ length: Math.min(100, Math.ceil((size - done) / BATCH)) }, (_, batch) =>
        store.write({ organizationId }, (tx) =>
          insertTokens(
            tx,
            Array.from({ length: Math.min(BATCH, size) }, (_, index) => row(done + batch * BATCH + index)),
          ),
        ),
      ),
    )
  await store.close()
}

async function measureServer(rescind, place, { client, user }) {
  const revoke = (type, id) =>
    timed(() => call(rescind, 'POST', `${NATIVE}/revocations`, { target: { type, id }, reason: 'test' }))
  const page = (query) => timed(() => call(rescind, 'GET', `${NATIVE}/tokens?limit=100&${query}`))
  await call(rescind, 'GET', `${NATIVE}/tokens?limit=1`)
  const result = {
    'a page of 100 tokens of a user': await page(`user=${user}`),
    'a page of 100 tokens of an application': await page(`application=${client}`),
    'a page of 100 tokens of an API': await page(`api=${encodeURIComponent(API)}`),
    'preview of an API': await timed(
      () => call(rescind, 'POST', `${NATIVE}/revocations/preview`, { target: { type: 'api', id: API } }),
      1,
    ),
  }
  const before = await written(rescind, place)
  result['revoke a user'] = await revoke('user', user)
  result['revoke an application'] = await revoke('application', client)
  result['revoke an API'] = await revoke('api', API)
  result['bytes written by a revocation'] = ((await written(rescind, place)) - before) / (3 * REPEATS)
  return result
}

/** The median of several runs, in milliseconds. */
async function timed(work, repeats = REPEATS) {
  const times = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    const begin = performance.now()
    await work()
    times.push(performance.now() - begin)
  }
  return median(times)
}

/** Bytes that reached the disk: of the server's process, or of PostgreSQL's write-ahead log. */
async function written({ pid }, { environment }) {
  if (environment.RESCIND_DATABASE_URL === undefined)
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))[1])
  const client = new pg.Client({ connectionString: environment.RESCIND_DATABASE_URL })
  await client.connect()
  try {
    const { rows } = await client.query("select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes")
    return Number(rows[0].bytes)
  } finally {
    await client.end()
  }
}
