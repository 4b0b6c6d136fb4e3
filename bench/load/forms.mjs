/**
 * Load: forms posted to one address over many connections, each the next of `forms` (again from the start when they
 * run out, unless `once`). Reads its order from `BENCH_LOAD`, prints the outcome as JSON.
 */
import autocannon from 'autocannon'

const { url, authorization, forms, seconds, connections, once } = JSON.parse(process.env.BENCH_LOAD)

let next = 0
const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
const result = await autocannon({
  url,
  connections,
  ...(once ? { amount: forms.length } : { duration: seconds }),
  requests: [
    {
      method: 'POST',
      headers,
      setupRequest: (request) => ({ ...request, body: forms[next++ % forms.length] }),
    },
  ],
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
