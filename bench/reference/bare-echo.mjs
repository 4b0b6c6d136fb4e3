/**
 * WebSockets with nothing behind them: every POST is told to whoever listens, in a message of the usual length, and
 * whatever a listener says to it is answered. No credential, no database, nothing read of what is said.
 */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const listeners = new Set()
let seq = 0
const server = createServer((request, response) => {
  request.resume()
  seq += 1
  const message = Buffer.from(`${seq} ${'x'.repeat(190)}`)
  for (const listener of listeners) listener.send(message)
  response.end('{}')
})
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false })
// A lease of ours is about so long, and begins with its head.
const answer = JSON.stringify({ head: '6'.repeat(30), view: '7'.repeat(64), is: 'x'.repeat(60) })
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (listener) => {
    listeners.add(listener)
    listener.on('message', () => listener.send(answer))
    listener.on('close', () => listeners.delete(listener))
    listener.send(Buffer.from('0'))
  }),
)
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  process.stdout.write(`${server.address().port}\n`),
)
