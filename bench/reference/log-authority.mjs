/** What a verifier needs of an authority, over a log that is made up: one snapshot, a silent stream, and leases. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { encodeSnapshot, formatPosition, LogIndex } from '@rescind/core/log'

export const LOG = '656e4d8e91cb7d26db1bc9c6'
const PLACE = { log: LOG, incarnation: 1 }
const DIGEST = 'ab'.repeat(32)
const VIEW = 'cd'.repeat(16)

/**
 * @param keys `{ issuer, kid, jwk }` of each authorization server; `kid` is the thumbprint
 * @param revoked how many token ids and how many users were revoked
 */
export async function startLogAuthority(keys, revoked) {
  let seq = 0
  const next = (kind, subject, data = {}) => ({ incarnation: 1, seq: ++seq, kind, subject, data })
  const entries = keys.flatMap(({ issuer, kid, jwk }) => [
    next('key.published', { key: kid, issuer }, { ring: 'signing', kid, jwk }),
    next('key.activated', { key: kid, issuer }, { ring: 'signing' }),
  ])
  for (let n = 0; n < revoked.ids; n++)
    entries.push(next('token.revoked', { token: randomUUID() }, { class: 'access' }))
  for (let n = 0; n < revoked.users; n++)
    entries.push(next('user.revoked', { user: `00u${String(n).padStart(17, '0')}` }))
  const hashKey = crypto.getRandomValues(new Uint8Array(16))
  const index = new LogIndex({ log: LOG, classes: ['access'], hashKey })
  index.load({ ...PLACE, seq, view: VIEW, digest: DIGEST, entries })
  const position = formatPosition(index.position)
  const snapshot = encodeSnapshot(index)
  const answers = {
    '/nodes': { nodeId: 'nod', nodeToken: 'rsn' },
    '/ack': { head: position, view: VIEW, maxStaleness: 60_000, whenStale: 'closed' },
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://log').pathname.replace('/api/rescind/v1/log', '')
    request.resume()
    if (path === '/snapshot') response.end(snapshot)
    else if (path === '') response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
    else response.end(JSON.stringify(answers[path]))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    index,
    position,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
