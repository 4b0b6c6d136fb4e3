import { LOAD_CORE, SERVER_CORE } from './child.mjs'
import { DATABASES } from './databases.mjs'
import { moveChildren } from './machine.mjs'
import { call, startRescind } from './rescind.mjs'
import { decimal, interleave, median, milliseconds, printTable } from './statistics.mjs'

const ROUNDS = 3
/** How long one measurement takes, in milliseconds: a count would take for ever where the machine is busy. */
const MEASURED = 5_000
const AT_ONCE = 4
const SQL = '/api/rescind/v1/sql'

/** Statements of somebody who means ill: each ends at a limit, and the next begins at once. */
const HOSTILE = [
  'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c',
  'SELECT count(*) FROM rescind.log.entries a CROSS JOIN rescind.log.entries b CROSS JOIN rescind.log.entries c CROSS JOIN rescind.log.entries d CROSS JOIN rescind.log.entries e',
  'SELECT a.label, k.kid FROM okta.apps.apps a JOIN okta.apps.jwks k ON k.appId = a.id',
  `SELECT ${'('.repeat(60_000)}1`,
]

/**
 * How long introspection takes at the 99th percentile, by itself and while SQL does its worst: on the authority's own
 * core, which the processes of SQL inherit here, and with the other core to run on, as on any machine that has two.
 */
export async function benchSql(folder) {
  for (const database of DATABASES) {
    const rescind = await startRescind(folder, { database })
    try {
      const client = await createClient(rescind)
      const results = await interleave(ROUNDS, {
        alone: () => introspections(rescind, client),
        'besieged, on the same core': () =>
          besieged(rescind, SERVER_CORE, () => introspections(rescind, client)),
        'besieged, on the other core': () =>
          besieged(rescind, LOAD_CORE, () => introspections(rescind, client)),
      })
      const rows = Object.entries(results).map(([name, rounds]) => ({
        name,
        statements: median(rounds.map((one) => one.statements ?? 0)),
        figures: ['p50', 'p99'].map((part) => median(rounds.map((one) => one[part]))),
      }))
      printTable(`introspection beside SQL on ${database.name}`, [
        ['', 'p50', 'p99', '÷ alone', '÷ alone', 'statements a second'],
        ...rows.map(({ name, figures, statements }) => [
          name,
          ...figures.map(milliseconds),
          ...figures.map((value, part) => decimal(value / rows[0].figures[part])),
          decimal(statements),
        ]),
      ])
    } finally {
      await rescind.stop()
    }
  }
}

async function createClient(rescind) {
  const { credentials } = await call(rescind, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'bench',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
    settings: { oauthClient: { application_type: 'service', grant_types: ['client_credentials'] } },
  })
  const { client_id: id, client_secret: secret } = credentials.oauthClient
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** The token is unknown: what is measured is the way to the answer, which SQL could stand in. */
async function introspections({ origin }, authorization) {
  const times = []
  const end = performance.now() + MEASURED
  const ask = async () => {
    while (performance.now() < end) {
      const begun = performance.now()
      const reply = await fetch(`${origin}/oauth2/default/v1/introspect`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'token=unknown',
      })
      if (!reply.ok) throw new Error(`introspection: ${reply.status}`)
      await reply.arrayBuffer()
      times.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ask))
  const sorted = times.sort((a, b) => a - b)
  return { p50: sorted[Math.floor(sorted.length * 0.5)], p99: sorted[Math.floor(sorted.length * 0.99)] }
}

async function besieged(rescind, core, measure) {
  // The first statement starts the processes; those that follow are started by them, and where they are.
  await ask(rescind, 'SELECT 1')
  moveChildren(rescind.pid, core)
  let isOver = false
  let statements = 0
  const attackers = HOSTILE.map(async (statement) => {
    while (!isOver) {
      await ask(rescind, statement)
      statements += 1
    }
  })
  try {
    const times = await measure()
    return { ...times, statements: (statements * 1_000) / MEASURED }
  } finally {
    isOver = true
    await Promise.all(attackers)
  }
}

async function ask({ origin, token }, statement) {
  const reply = await fetch(origin + SQL, {
    method: 'POST',
    headers: { authorization: `SSWS ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ statement }),
  })
  await reply.arrayBuffer()
}
