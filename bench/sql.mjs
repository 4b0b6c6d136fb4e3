import { DATABASES } from './databases.mjs'
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

/** How long introspection takes at the 99th percentile, by itself and while SQL does its worst. */
export async function benchSql(folder) {
  for (const database of DATABASES) {
    const rescind = await startRescind(folder, { database })
    try {
      const client = await createClient(rescind)
      const results = await interleave(ROUNDS, {
        alone: () => introspections(rescind, client),
        besieged: () => besieged(rescind, () => introspections(rescind, client)),
      })
      const figures = (name) => ['p50', 'p99'].map((part) => median(results[name].map((one) => one[part])))
      const [alone, underSiege] = ['alone', 'besieged'].map(figures)
      printTable(`introspection beside SQL on ${database.name}`, [
        ['', 'p50', 'p99'],
        ['alone', ...alone.map(milliseconds)],
        ['while hostile statements run', ...underSiege.map(milliseconds)],
        ['÷ alone', ...underSiege.map((value, part) => decimal(value / alone[part]))],
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

async function besieged(rescind, measure) {
  let isOver = false
  const attackers = HOSTILE.map(async (statement) => {
    while (!isOver) {
      const reply = await fetch(rescind.origin + SQL, {
        method: 'POST',
        headers: { authorization: `SSWS ${rescind.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ statement }),
      })
      await reply.arrayBuffer()
    }
  })
  try {
    return await measure()
  } finally {
    isOver = true
    await Promise.all(attackers)
  }
}
