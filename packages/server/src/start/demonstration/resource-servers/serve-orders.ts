import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'

/** The API that all this is about. */
export function giveOrders(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json').end('{"orders":[{"id":1,"item":"a lamp"}]}')
}

/** Listens on a free port of this machine. @returns its address */
export async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('no address')
  return `http://127.0.0.1:${address.port}`
}
