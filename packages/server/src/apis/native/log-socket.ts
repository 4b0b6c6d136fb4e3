import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket, WebsocketPluginOptions } from '@fastify/websocket'
import { DomainError } from '../../errors/index.ts'
import type { Follower } from '../../federation/cluster-credentials.ts'
import type { SentFrame } from '../../federation/delivery/event-stream.ts'
import type { Lease } from '../../federation/delivery/leases.ts'
import { type Acknowledgements, LONGEST_ACKNOWLEDGEMENT, leaseBody } from './acknowledgements.ts'
import { LOG_PROTOCOL } from './log-authentication.ts'
import type { Channel } from './log-stream.ts'
import { webSocketMessage } from './web-socket-message.ts'

/** RFC 6455 section 7.4.1 and IANA's registry of close codes. */
const CLOSE = { policyViolation: 1008, serviceRestart: 1012 } as const
/** Section 7.4.2: from 4000 on codes are private. What HTTP would have answered is added to it. */
const REFUSED = 4_000

export const WEB_SOCKETS: WebsocketPluginOptions = {
  options: {
    maxPayload: LONGEST_ACKNOWLEDGEMENT,
    // Frames are small: a compressor for each connection would take more memory than all the rest of it.
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(LOG_PROTOCOL) ? LOG_PROTOCOL : false),
  },
  // Who breaks the protocol, or off, is not our fault: the close code says which.
  errorHandler: (_error, webSocket) => webSocket.terminate(),
  preClose(done) {
    for (const webSocket of this.websocketServer.clients) webSocket.close(CLOSE.serviceRestart)
    done()
  },
}

/** What many are told at once, as it goes over the wire. */
const frames = new WeakMap<SentFrame, Buffer>()
const leases = new WeakMap<Lease, Buffer>()

/** Whether a request to upgrade is one for the log. Any other is answered as if it had not asked (RFC 9110 7.8). */
export function asksForLogSocket({ method, url, headers }: IncomingMessage): boolean {
  const isPath = /^\/+api\/rescind\/v1\/log(\?|$)/.test(url ?? '')
  return method === 'GET' && isPath && headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Both directions over one connection: frames to the follower as binary messages, its acknowledgements, each answered
 * by a text before the next may come. Thousands of nodes acknowledge every entry at once, and as a message this costs
 * three fifths of what it does as a request.
 */
export class LogSocket implements Channel {
  readonly outlet: Socket
  readonly #webSocket: WebSocket
  readonly #follower: Follower
  readonly #acknowledgements: Acknowledgements
  #isAnswering = false

  constructor(webSocket: WebSocket, outlet: Socket, follower: Follower, acknowledgements: Acknowledgements) {
    this.outlet = outlet
    this.#webSocket = webSocket
    this.#follower = follower
    this.#acknowledgements = acknowledgements
    webSocket.on('message', (message) => void this.#take(message))
  }

  send(frame: SentFrame): void {
    const message = frames.get(frame) ?? webSocketMessage('binary', frame.bytes)
    frames.set(frame, message)
    this.#write(message)
  }

  end(): void {
    this.#close(CLOSE.serviceRestart)
  }

  endForSnapshot(): void {
    this.#close(REFUSED + 409, 'log_snapshot_due')
  }

  /** Ends it, with what an answer to a request would have said. */
  refuse(failure: unknown): void {
    const { status, body } = this.#acknowledgements.refuse(this.#follower, failure)
    this.#close(REFUSED + status, body.code)
  }

  async #take(message: unknown): Promise<void> {
    if (this.#isAnswering || !(message instanceof Buffer)) return this.#close(CLOSE.policyViolation)
    this.#isAnswering = true
    try {
      const lease = await this.#acknowledge(message)
      const answer =
        leases.get(lease) ?? webSocketMessage('text', Buffer.from(JSON.stringify(leaseBody(lease))))
      leases.set(lease, answer)
      this.#write(answer)
    } catch (failure) {
      const { status, body } = this.#acknowledgements.refuse(this.#follower, failure)
      this.#webSocket.send(JSON.stringify({ status, ...body }))
      // A node that is not known any more has to register, and to come as another.
      if (status === 401) this.#close(REFUSED + status, body.code)
    }
    this.#isAnswering = false
  }

  #acknowledge(message: Buffer): Promise<Lease> {
    const { nodeId, ...follower } = this.#follower
    if (nodeId === undefined) throw new DomainError('permission_denied')
    const place = this.#acknowledgements.placeIn(message)
    if (place === undefined) throw new DomainError('invalid_request')
    return this.#acknowledgements.take({ ...follower, nodeId }, place)
  }

  /**
   * Past the library, which keeps nothing back where nothing is compressed. It leaves once whatever is ready has run, as
   * an answer to a request does: a thousand followers are written to in turn, and who revoked shall not wait for that.
   */
  #write(message: Buffer): void {
    const { outlet } = this
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return
    if (outlet.writableCorked === 0) {
      outlet.cork()
      process.nextTick(() => outlet.uncork())
    }
    outlet.write(message)
  }

  #close(code: number, reason?: string): void {
    this.#webSocket.close(code, reason)
    // Whoever does not answer it in turn shall not keep the connection open, nor a server from closing.
    this.outlet.destroySoon()
  }
}
