import type { Server } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** How often the connections that are left are looked for while the server closes, in milliseconds. */
const SWEEP = 50
/** How many times until what was written to them is not waited for any more. */
const PATIENCE = 40

/**
 * Ends connections that were upgraded, or asked to be, once the server closes: it waits for them, nothing in Node counts
 * them among those that it could close, and Fastify refuses who asks while it closes without ending the connection.
 * What was written to them before still leaves, where it is taken.
 */
export function endUpgradedConnections(app: FastifyInstance, server: Server): void {
  const upgraded = new Set<Socket>()
  server.on('upgrade', (_request, socket) => {
    if (!(socket instanceof Socket)) return
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
  })
  app.addHook('preClose', async () => {
    let sweeps = 0
    const sweep = setInterval(() => {
      sweeps += 1
      for (const socket of upgraded)
        if (sweeps < PATIENCE) socket.destroySoon()
        else socket.destroy()
    }, SWEEP)
    server.once('close', () => clearInterval(sweep))
    sweep.unref()
  })
}
