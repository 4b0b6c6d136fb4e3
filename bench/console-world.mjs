import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { call, createApplications, startRescind } from './rescind.mjs'

export const NATIVE = '/api/rescind/v1'
export const OPERATOR = { login: 'operator@example.com', password: 'correct-horse-battery-7' }
const APPLICATIONS = 20
const APIS = 10
const REVOCATIONS = 120
const FIRST = ['Ada', 'Grace', 'Alan', 'Barbara', 'Edsger', 'Frances', 'Leslie', 'Margaret', 'Radia', 'Shafi']
const LAST = ['Lovelace', 'Hopper', 'Turing', 'Liskov', 'Dijkstra', 'Allen', 'Lamport', 'Hamilton', 'Perlman']

/**
 * Fills an empty database with an organization as a large one is, and says what is in it: users of whom one has a
 * thousandth of the tokens, applications of which one has three tenths, an authorization server that issued five
 * long ago, revocations. One token in ten has expired. Users and tokens are written as rows, the rest through the API.
 */
export async function createWorld(folder, place, sizes) {
  const world = await onServer(folder, place, prepare)
  await writeRows(place, [usersOf(world, sizes), tokensOf(world, sizes)])
  await onServer(folder, place, (rescind) => revokeSome(rescind, sizes))
  return { ...world, user: userId(0), lastLogin: loginOf(sizes.users - 1) }
}

/**
 * The same on the embedded database in a folder that stays: made when it is not there yet, so that what takes minutes
 * is done once, and measuring alone has the machine to itself.
 *
 * @returns the world, and the place that points a server to it
 */
export async function keptWorld(folder, sizes) {
  const place = { environment: { RESCIND_DATA_DIR: join(folder, 'data') }, remove: async () => {} }
  const told = join(folder, `world-${sizes.users}-${sizes.tokens}.json`)
  if (existsSync(told)) return { place, world: JSON.parse(await readFile(told, 'utf8')) }
  await mkdir(place.environment.RESCIND_DATA_DIR, { recursive: true })
  const world = await createWorld(folder, place, sizes)
  await writeFile(told, JSON.stringify(world))
  return { place, world }
}

async function onServer(folder, home, work) {
  const rescind = await startRescind(folder, { home })
  try {
    return await work(rescind)
  } finally {
    await rescind.stop()
  }
}

async function prepare(rescind) {
  const bootstrap = await call(rescind, 'GET', `${NATIVE}/bootstrap`)
  const applications = await createApplications(rescind, APPLICATIONS)
  const apis = []
  for (let number = 0; number < APIS; number++) {
    const identifier = `https://api-${number}.bench.example.com`
    await call(rescind, 'POST', `${NATIVE}/apis`, { identifier, name: `API ${number}` })
    apis.push(identifier)
  }
  const rare = await call(rescind, 'POST', '/api/v1/authorizationServers', {
    name: 'rare',
    audiences: ['https://rare.bench.example.com'],
  })
  const { login, password } = OPERATOR
  const operator = await call(rescind, 'POST', `${NATIVE}/users`, {
    profile: { login, email: login },
    password,
    activate: true,
  })
  await put(rescind, `${NATIVE}/users/${operator.id}/roles/organization_admin`)
  const { position } = await call(rescind, 'GET', `${NATIVE}/overview`)
  return {
    organization: bootstrap.organizationId,
    issuer: bootstrap.authorizationServerId,
    rare: rare.id,
    applications,
    apis,
    position,
  }
}

async function put(rescind, path) {
  const reply = await fetch(rescind.origin + path, {
    method: 'PUT',
    headers: { authorization: `SSWS ${rescind.token}` },
  })
  if (!reply.ok) throw new Error(`PUT ${path}: ${reply.status} ${await reply.text()}`)
}

async function revokeSome(rescind, { users }) {
  for (let number = 0; number < Math.min(REVOCATIONS, users / 10); number++)
    await call(rescind, 'POST', `${NATIVE}/revocations`, {
      target: { type: 'user', id: userId(number + 1) },
      reason: 'compromised',
    })
}

const userId = (number) => `00uBench${number}`
const loginOf = (number) =>
  `${FIRST[number % FIRST.length]}.${LAST[number % LAST.length]}.${number}@example.com`.toLowerCase()

const text = (value) => `'${value.replaceAll("'", "''")}'`
/** One of several texts, by a number. */
const oneOf = (number, values) =>
  `case ${number} ${values.map((value, index) => `when ${index} then ${text(value)}`).join(' ')} end`
/** Both databases understand it. */
const series = (howMany) =>
  `with recursive series(i) as (select 0 union all select i + 1 from series where i < ${howMany - 1})`

function usersOf({ organization }, { users }) {
  const [first, last] = [oneOf(`i % ${FIRST.length}`, FIRST), oneOf(`i % ${LAST.length}`, LAST)]
  const now = Date.now()
  return () => `${series(users)},
    named(i, first, last, login) as
      (select i, ${first}, ${last}, lower(${first} || '.' || ${last} || '.' || i || '@example.com') from series)
    insert into users (organization_id, id, status, login, profile, login_folded, email_folded, first_name_folded,
      last_name_folded, created_at, activated_at, status_changed_at, updated_at)
    select ${text(organization)}, '00uBench' || i, case when i % 50 = 7 then 'SUSPENDED' else 'ACTIVE' end, login,
      '{"login":"' || login || '","email":"' || login || '","firstName":"' || first || '","lastName":"' || last || '"}',
      login, login, lower(first), lower(last),
      ${now} - (${users} - i) * 10000, ${now}, ${now}, ${now}
    from named`
}

function tokensOf({ organization, issuer, rare, applications, apis, position }, { users, tokens }) {
  const [incarnation, seq] = placeOf(position)
  const [now, hour] = [Date.now(), 3_600_000]
  const [most, ...others] = applications
  const rareFrom = Math.max(0, tokens - 5)
  return ({ randomId }) => `${series(tokens)}
    insert into tokens (organization_id, id, kind, format, handle, issuer_id, client_id, user_id, api, scopes, grant_id,
      session_id, incarnation, seq, issued_at, expires_at, ip, user_agent, details)
    select ${text(organization)}, ${randomId},
      case when i % 5 = 0 then 'refresh' else 'access' end,
      case when i % 5 = 0 then 'opaque' else 'jwt' end,
      case when i % 5 = 0 then ${randomId} end,
      case when i >= ${rareFrom} then ${text(rare)} else ${text(issuer)} end,
      case when i % 10 < 3 then ${text(most)} else ${oneOf(`i % ${others.length}`, others)} end,
      '00uBench' || case when i % 1000 = 0 then 0 else i % ${users} end,
      ${oneOf(`i % ${apis.length}`, apis)},
      'orders:read orders:write',
      case when i % 5 < 2 then 'grant-' || (i / 5) end,
      'session-' || (i / 5),
      ${incarnation}, ${seq},
      ${now} - i * 50,
      ${now} + case when i % 10 = 9 then -${hour} when i % 5 = 0 then ${720 * hour} else ${6 * hour} end,
      '192.0.2.7', 'Mozilla/5.0 (X11; Linux x86_64)', '{}'
    from series`
}

function placeOf(position) {
  const [, incarnation, seq] = /(\d+)\.(\d+)$/.exec(position) ?? []
  if (seq === undefined) throw new Error(`not a position: ${position}`)
  return [incarnation, seq]
}

async function writeRows({ environment }, statements) {
  if (environment.RESCIND_DATABASE_URL === undefined) {
    const database = new DatabaseSync(join(environment.RESCIND_DATA_DIR, 'rescind.db'))
    database.exec('pragma synchronous = off; pragma cache_size = -1000000')
    const dialect = { randomId: 'lower(hex(randomblob(16)))' }
    // An index of a million rows is quicker made at once than row by row.
    const indexes = database
      .prepare(
        "select name, sql from sqlite_schema where type = 'index' and tbl_name = 'tokens' and sql is not null",
      )
      .all()
    for (const { name } of indexes) database.exec(`drop index "${name}"`)
    for (const statement of statements) database.exec(statement(dialect))
    for (const { sql } of indexes) database.exec(sql)
    database.exec('pragma wal_checkpoint(truncate)')
    database.close()
    return
  }
  const client = new pg.Client({ connectionString: environment.RESCIND_DATABASE_URL, statement_timeout: 0 })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement({ randomId: 'gen_random_uuid()::text' }))
    // What autovacuum would have done meanwhile.
    await client.query('vacuum analyze users, tokens')
  } finally {
    await client.end()
  }
}
