import { connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP proxy on the way to an authority: it cuts connections, or lets nothing through while they stay open. */
export class TcpProxy {
  readonly #server: Server
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  #held = false
  #url = ''

  private constructor(target: URL) {
    this.#target = target
    this.#server = createServer((client) => this.#relay(client))
  }

  static async before(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url))
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    const address = proxy.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port was given')
    proxy.#url = `http://127.0.0.1:${address.port}`
    return proxy
  }

  /** The authority as seen through it. */
  get url(): string {
    return this.#url
  }

  /** Ends every connection at once, as a router that is restarted does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** From now on nothing passes, and nobody is told. */
  hold(): void {
    this.#held = true
    for (const socket of this.#sockets) socket.pause()
  }

  release(): void {
    this.#held = false
    for (const socket of this.#sockets) socket.resume()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #relay(client: Socket): void {
    const authority = connect(Number(this.#target.port), this.#target.hostname)
    for (const [from, to] of [
      [client, authority],
      [authority, client],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', (data) => to.write(data))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#held) from.pause()
    }
  }
}
