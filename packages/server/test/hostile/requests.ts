import { Agent, request } from 'node:http'

export interface RawRequest {
  readonly method: string
  /** The request target as it goes onto the wire: nothing is normalised or escaped. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
}

export interface RawResponse {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** A server that has not answered by then hangs. Milliseconds. */
const PATIENCE = 20_000

/** Sends requests exactly as they are told, over connections that are kept. */
export class RawClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 })
  readonly #origin: URL

  constructor(origin: string) {
    this.#origin = new URL(origin)
  }

  /** @throws Error when the connection breaks before a response, or none comes */
  send({ method, target, headers = {}, body }: RawRequest): Promise<RawResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<RawResponse>()
    const length = body === undefined ? {} : { 'content-length': String(body.byteLength) }
    const outgoing = request(
      {
        agent: this.#agent,
        host: this.#origin.hostname,
        port: this.#origin.port,
        method,
        path: target,
        headers: { ...headers, ...length },
        timeout: PATIENCE,
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            contentType: incoming.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`no answer to ${method} ${target.slice(0, 200)}`)),
    )
    outgoing.end(body)
    return promise
  }

  close(): void {
    this.#agent.destroy()
  }
}
