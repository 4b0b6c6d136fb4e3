import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface DocumentServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  readonly port: number
  /** How many requests came. */
  requests(): number
  /** What is answered from now on. */
  answer(next: Answer): void
  close(): Promise<void>
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(value))
  }
}

/** A host on the loopback address that serves documents, well or badly. */
export async function openDocuments(first: Answer): Promise<DocumentServer> {
  let current = first
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    current(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests: () => requests,
    answer(next) {
      current = next
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
