/** Server-sent events with nothing behind them: every POST is told to whoever listens, as a frame of the usual length. */
import { createServer } from 'node:http'

const listeners = new Set()
let seq = 0
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('id: 0\nevent: frame\ndata: 0\n\n')
    listeners.add(response)
    response.once('close', () => listeners.delete(response))
    return
  }
  request.resume()
  seq += 1
  // Ids and frames of ours are about so long.
  const event = Buffer.from(
    `id: ${'6'.repeat(24)}.1.${seq}\nevent: frame\n: ${'x'.repeat(150)}\ndata: ${seq}\n\n`,
  )
  for (const listener of listeners) listener.write(event)
  response.end('{}')
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  process.stdout.write(`${server.address().port}\n`),
)
