import { createServer, type Server } from 'node:net'
import { ConfigurationError } from './configuration/index.ts'

/** Answers who comes before the authority is there: not yet, try again. */
const STARTING =
  'HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'

/**
 * Connections that may wait to be accepted: after a lost moment thousands of verifiers come back together, and the
 * system's own limit (`net.core.somaxconn`) cuts this down where it is lower.
 */
export const BACKLOG = 4_096

/** A port that is ours, before the authority exists that will serve it. */
export interface BoundPort {
  readonly number: number
  /** For `server.listen(handle)` of the HTTP server, which takes the port over. */
  readonly handle: Server
}

/**
 * Takes the port first: a start that cannot have it must change nothing, and issuers contain the port, also when
 * it was the system that picked it.
 *
 * @throws ConfigurationError naming `RESCIND_PORT` or `RESCIND_HOST`
 */
export function bindPort(host: string, port: number): Promise<BoundPort> {
  const handle = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(STARTING)
  })
  return new Promise((resolve, reject) => {
    handle.once('error', (cause) => reject(refusal(host, port, cause)))
    handle.listen({ host, port, backlog: BACKLOG }, () => {
      const address = handle.address()
      if (address === null || typeof address === 'string')
        throw new TypeError('a TCP server has a TCP address')
      resolve({ number: address.port, handle })
    })
  })
}

function refusal(host: string, port: number, cause: Error): ConfigurationError {
  const code = 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE')
    return new ConfigurationError('RESCIND_PORT', `cannot be had: port ${port} of ${host} is in use`, cause)
  if (code === 'EACCES')
    return new ConfigurationError('RESCIND_PORT', `cannot be had: port ${port} needs more rights`, cause)
  return new ConfigurationError('RESCIND_HOST', `cannot be listened on: ${host} (${cause.message})`, cause)
}
