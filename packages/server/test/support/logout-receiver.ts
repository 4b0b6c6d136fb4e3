import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An application's end of the back channel. */
export class LogoutReceiver {
  readonly #server: Server
  #tokens: string[] = []
  status = 200

  constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      request.on('end', () => {
        this.#tokens.push(new URLSearchParams(body).get('logout_token') ?? '')
        response.writeHead(this.status).end()
      })
    })
  }

  static open(): Promise<LogoutReceiver> {
    const server = createServer()
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(new LogoutReceiver(server))))
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address()
    if (address === null || typeof address === 'string') throw new TypeError('not listening')
    return `http://127.0.0.1:${address.port}/logout`
  }

  taken(): string[] {
    const taken = this.#tokens
    this.#tokens = []
    return taken
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}
