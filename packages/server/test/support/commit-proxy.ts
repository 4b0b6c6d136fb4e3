import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * What happens to the next COMMIT that passes:
 * - `cut before`: both ends are cut, and the server never sees it
 * - `cut after`: the server gets it, its answer finds nobody
 * - `cut and hold`: the client is cut, and the server gets it only when somebody asks for a lock on another connection
 * - `cut after and close`: as `cut after`, and nobody gets through from then on
 */
export type CommitFault = 'cut before' | 'cut after' | 'cut and hold' | 'cut after and close'

/** A query message of the simple protocol: 'Q', its length, the text, NUL (PostgreSQL manual, 55.7). */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1')
const LOCK = Buffer.from('for update', 'latin1')

/** A TCP proxy before a PostgreSQL server that can take a connection away at its COMMIT. */
export class CommitProxy {
  readonly #server: Server
  readonly #target: { readonly host: string; readonly port: number }
  readonly #sockets = new Set<Socket>()
  #fault: CommitFault | undefined
  #held: (() => void) | undefined
  #open = true

  private constructor(target: URL) {
    this.#target = { host: target.hostname, port: Number(target.port) }
    this.#server = createServer((client) => this.#relay(client))
  }

  /** @returns the proxy and the same URL as seen through it */
  static async before(databaseUrl: string): Promise<{ proxy: CommitProxy; url: string }> {
    const url = new URL(databaseUrl)
    const proxy = new CommitProxy(url)
    url.port = String(await proxy.#listen())
    return { proxy, url: url.href }
  }

  arm(fault: CommitFault): void {
    this.#fault = fault
  }

  /** Lets connections through again. */
  reopen(): void {
    this.#open = true
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address()
        if (address === null || typeof address === 'string') reject(new Error('no port was given'))
        else resolve(address.port)
      })
    })
  }

  #relay(client: Socket): void {
    if (!this.#open) {
      client.destroy()
      return
    }
    const server = connect(this.#target)
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    }
    let cut = false
    client.on('data', (data) => {
      if (data.includes(LOCK)) this.#release()
      if (!data.includes(COMMIT) || this.#fault === undefined) {
        server.write(data)
        return
      }
      cut = true
      this.#cut(client, server, data)
    })
    server.on('data', (data) => {
      if (!cut) client.write(data)
    })
    // After a cut the server's end stays until it has answered, so that what it was sent takes effect.
    client.on('close', () => {
      if (!cut) server.destroy()
    })
    server.on('close', () => client.destroy())
  }

  #cut(client: Socket, server: Socket, commit: Buffer): void {
    const fault = this.#fault
    this.#fault = undefined
    client.destroy()
    if (fault === 'cut before') {
      server.destroy()
      return
    }
    if (fault === 'cut and hold') this.#held = () => server.end(commit)
    else server.end(commit)
    if (fault === 'cut after and close') {
      this.#open = false
      for (const socket of this.#sockets) if (socket !== server) socket.destroy()
    }
  }

  #release(): void {
    this.#held?.()
    this.#held = undefined
  }
}
