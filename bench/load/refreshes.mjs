/**
 * Load: connections that each exchange a refresh token of their own for its successor, again and again. Reads its
 * order from `BENCH_LOAD`, prints the outcome as JSON.
 */
import autocannon from 'autocannon'

const { url, authorization, tokens, seconds } = JSON.parse(process.env.BENCH_LOAD)
const waiting = [...tokens]
const result = await autocannon({
  url,
  connections: tokens.length,
  duration: seconds,
  requests: [{ method: 'POST', path: new URL(url).pathname }],
  setupClient: (client) => {
    const own = { token: waiting.pop() }
    client.setRequests([
      {
        method: 'POST',
        path: new URL(url).pathname,
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        setupRequest: (request) => ({
          ...request,
          body: `grant_type=refresh_token&refresh_token=${own.token}`,
        }),
        onResponse: (_status, body) => {
          own.token = JSON.parse(body).refresh_token
          if (own.token === undefined) throw new Error(`refused: ${body}`)
        },
      },
    ])
  },
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
