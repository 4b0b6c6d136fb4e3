/** Load: one GET on many connections. Reads its order from `BENCH_LOAD`, prints the outcome as JSON. */
import autocannon from 'autocannon'

const { url, headers, connections, seconds, status } = JSON.parse(process.env.BENCH_LOAD)
const result = await autocannon({ url, headers, connections, duration: seconds })
const { errors, timeouts, statusCodeStats } = result
const others = Object.keys(statusCodeStats).filter((code) => Number(code) !== status)
if (errors > 0 || timeouts > 0 || others.length > 0)
  throw new Error(`not only ${status}: ${JSON.stringify({ errors, timeouts, statusCodeStats })}`)
process.stdout.write(
  JSON.stringify({
    requests: result.requests.total,
    perSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }),
)
