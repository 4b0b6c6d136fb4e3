/**
 * Load: connections that each give a key of one application its whole life, again and again: added inactive,
 * activated, deactivated, deleted. Every request is one durable change with its log entry.
 * Reads its order from `BENCH_LOAD`, prints the outcome as JSON.
 */
import { generateKeyPairSync } from 'node:crypto'
import autocannon from 'autocannon'

const { origin, token, applications, seconds } = JSON.parse(process.env.BENCH_LOAD)
const headers = { authorization: `SSWS ${token}`, accept: 'application/json' }

const life = (application) => {
  const keys = `/api/v1/apps/${application}/credentials/jwks`
  // A run ends in the middle of a life, and what it leaves must not be in the way of the next one.
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = {
    ...publicKey.export({ format: 'jwk' }),
    use: 'sig',
    kid: `bench-${Date.now()}`,
    status: 'INACTIVE',
  }
  const step = (method, path) => ({
    method,
    headers: method === 'POST' ? { ...headers, 'content-length': '0' } : headers,
    setupRequest: (request, context) => ({ ...request, path: `${keys}/${context.id}${path}` }),
  })
  return [
    {
      method: 'POST',
      path: keys,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(key),
      onResponse: (_status, body, context) => {
        context.id = JSON.parse(body).id
      },
    },
    step('POST', '/lifecycle/activate'),
    step('POST', '/lifecycle/deactivate'),
    step('DELETE', ''),
  ]
}

const waiting = [...applications]
const result = await autocannon({
  url: origin,
  connections: applications.length,
  duration: seconds,
  requests: [{ method: 'GET', path: '/' }],
  setupClient: (client) => client.setRequests(life(waiting.pop())),
})
if (result.errors > 0 || result.non2xx > 0)
  throw new Error(`refused: ${JSON.stringify({ errors: result.errors, codes: result.statusCodeStats })}`)
process.stdout.write(
  JSON.stringify({
    requests: result.requests.total,
    perSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }),
)
