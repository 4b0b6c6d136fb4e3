import { runLoad, startReference } from './child.mjs'
import { processorSeconds } from './machine.mjs'
import { authorizationServerOf, startRescind } from './rescind.mjs'
import { count, decimal, figure, interleave, median, printTable } from './statistics.mjs'

const ROUNDS = 5
const SECONDS = 1
const CONNECTIONS = 64

/**
 * Reads of the published keys, 200 and 304, beside a bare Fastify route and raw `node:http` that send the same
 * bytes. The processor time of the server a request is measured too: it is the fairer ratio where the load
 * generator, on its own core, is the slower half.
 */
export async function benchReads(folder) {
  const rescind = await startRescind(folder)
  const path = `/oauth2/${await authorizationServerOf(rescind)}/v1/keys`
  const sample = await fetch(rescind.origin + path)
  const kept = ['cache-control', 'content-type', 'etag']
  const response = {
    headers: Object.fromEntries(kept.map((name) => [name, sample.headers.get(name)])),
    body: await sample.text(),
  }
  const fastify = await startReference('bare-fastify', response)
  const node = await startReference('raw-node', response)
  const servers = { 'raw node:http': node, 'bare Fastify': fastify, Rescind: rescind }
  try {
    for (const status of [200, 304]) {
      const headers = status === 304 ? { 'if-none-match': response.headers.etag } : {}
      const candidates = Object.entries(servers).map(([name, server]) => [
        name,
        () =>
          measure(server, {
            url: server.origin + path,
            headers,
            connections: CONNECTIONS,
            seconds: SECONDS,
            status,
          }),
      ])
      for (const [, warmUp] of candidates) await warmUp()
      print(status, response, await interleave(ROUNDS, Object.fromEntries(candidates)))
    }
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
  }
}

async function measure(server, order) {
  const before = processorSeconds(server.pid)
  const outcome = await runLoad('reads', order)
  const busy = processorSeconds(server.pid) - before
  return { ...outcome, cost: (busy * 1e6) / outcome.requests }
}

function print(status, response, results) {
  const rate = (runs) => runs.map(({ perSecond }) => perSecond)
  const cost = (runs) => runs.map((run) => run.cost)
  const ratio = (runs, reference, of) => decimal(median(of(runs)) / median(of(reference)))
  const rows = Object.entries(results).map(([name, runs]) => [
    name,
    figure(rate(runs), count),
    ratio(runs, results['bare Fastify'], rate),
    ratio(runs, results['raw node:http'], rate),
    figure(cost(runs), decimal),
    ratio(runs, results['bare Fastify'], cost),
    ratio(runs, results['raw node:http'], cost),
    `${median(runs.map(({ p99 }) => p99))} ms`,
  ])
  printTable(`GET JWKS, ${status} (${response.body.length} bytes, ${CONNECTIONS} connections)`, [
    [
      '',
      'requests/s',
      '÷ Fastify',
      '÷ node:http',
      'processor µs a request',
      '÷ Fastify',
      '÷ node:http',
      'p99',
    ],
    ...rows,
  ])
}
