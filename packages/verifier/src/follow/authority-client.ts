import { AuthorityRefusal, grantIn } from './answers.ts'
import { type ServerEvent, serverEvents } from './events.ts'
import type { Grant } from './lease.ts'
import { LogSocket } from './log-socket.ts'
import { bearer, objectIn, readAll, request, within } from './requests.ts'
import type { LogSource } from './surroundings.ts'

/** How long an answer may take to begin, in milliseconds. */
const TIMEOUT = 10_000
/** The authority answers a poll within 25 seconds; whoever waits much longer hears of nothing. */
const POLL_TIMEOUT = 35_000
const MAX_POLLED = 64 * 2 ** 20
/** The authority sends empty ranges every five seconds. */
const SILENCE = 15_000
/** How long a WebSocket may take to open, in milliseconds: something on the way may swallow what it does not know. */
const OPENING = 3_000
/** Where none gets through, how long until one is tried again, in milliseconds. */
const SOCKET_AGAIN = 300_000

/** One registered process. */
export interface NodeIdentity {
  readonly nodeId: string
  readonly nodeToken: string
}

/** The requests that a verifier makes. None of them is made for a token, unless the cluster introspects. */
export class AuthorityClient implements LogSource {
  readonly #base: string
  readonly #credential: string
  /** By which one stream comes, while it does, and whose it is. */
  #socket: { readonly socket: LogSocket; readonly token: string } | undefined
  /** When a WebSocket may be tried, by the monotonic clock. */
  #socketAgain = 0

  /** @param authority its address, with or without a trailing slash */
  constructor(authority: string, credential: string) {
    const url = new URL(authority)
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new TypeError('authority must be an http or https URL')
    this.#base = `${authority.replace(/\/+$/, '')}/api/rescind/v1/log`
    this.#credential = credential
  }

  async register(name: string, signal: AbortSignal): Promise<NodeIdentity> {
    const body = await this.#post('/nodes', { name }, this.#credential, signal)
    const { nodeId, nodeToken } = body
    if (typeof nodeId !== 'string' || typeof nodeToken !== 'string') throw new Error('no node in the answer')
    return { nodeId, nodeToken }
  }

  async acknowledge(
    { nodeToken }: NodeIdentity,
    position: string,
    digest: string,
    signal: AbortSignal,
  ): Promise<Grant> {
    const open = this.#socket
    if (open !== undefined && open.token === nodeToken) {
      const message = JSON.stringify({ position, digest })
      return within(TIMEOUT, 'no answer in time', signal, (either) =>
        open.socket.acknowledge(message, either),
      )
    }
    return grantIn(await this.#post('/ack', { position, digest }, nodeToken, signal))
  }

  /** Hands back thumbprints of keys that the log has forgotten to have revoked. */
  async returnKeys(
    { nodeToken }: NodeIdentity,
    revoked: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#post('/keys', { revoked }, nodeToken, signal)
  }

  /** Tells that a token of an identity provider names a key which the log does not have. */
  async lookForKey(
    { nodeToken }: NodeIdentity,
    issuer: string,
    kid: string,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#post('/unknown-keys', { issuer, kid }, nodeToken, signal)
  }

  async snapshot(
    { nodeToken }: NodeIdentity,
    query: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const response = await this.#get(`/snapshot${query}`, nodeToken, 'application/octet-stream', signal)
    return readAll(response, limit)
  }

  /**
   * Events as they come, until the stream ends, falls silent, or nobody asks for the next: over a WebSocket, by which
   * acknowledgements then go as well, or else as server-sent events.
   */
  async *stream(
    { nodeToken }: NodeIdentity,
    query: string,
    signal: AbortSignal,
  ): AsyncGenerator<ServerEvent, void> {
    const triesSocket = LogSocket.isPossible && performance.now() >= this.#socketAgain
    const socket = triesSocket ? await this.#openSocket(nodeToken, query, signal) : undefined
    if (socket !== undefined) yield* this.#newsBy(socket, nodeToken, signal)
    else
      yield* this.#serverEvents(nodeToken, query, signal, () => {
        // The authority is there, and what came before was not let through.
        if (triesSocket) this.#doWithoutSockets()
      })
  }

  /** `undefined` where there is none to be had; a request then says why, if it is not let through either. */
  async #openSocket(token: string, query: string, signal: AbortSignal): Promise<LogSocket | undefined> {
    const open = (either: AbortSignal) => LogSocket.open(`${this.#base}${query}`, token, either)
    try {
      return await within(OPENING, 'the connection was not opened in time', signal, open)
    } catch (failure) {
      if (signal.aborted) throw failure
      return undefined
    }
  }

  async *#newsBy(socket: LogSocket, token: string, signal: AbortSignal): AsyncGenerator<ServerEvent, void> {
    this.#socket = { socket, token }
    let heard = false
    try {
      for await (const event of socket.news(SILENCE, signal)) {
        heard = true
        yield event
      }
    } catch (failure) {
      if (!heard && !(failure instanceof AuthorityRefusal)) this.#doWithoutSockets()
      throw failure
    } finally {
      this.#socket = undefined
    }
  }

  #doWithoutSockets(): void {
    this.#socketAgain = performance.now() + SOCKET_AGAIN
  }

  async *#serverEvents(
    token: string,
    query: string,
    signal: AbortSignal,
    onOpen: () => void,
  ): AsyncGenerator<ServerEvent, void> {
    const stop = new AbortController()
    try {
      const either = AbortSignal.any([signal, stop.signal])
      const response = await this.#get(query, token, 'text/event-stream', either)
      onOpen()
      yield* serverEvents(response, SILENCE, (cause) => stop.abort(cause))
    } finally {
      stop.abort()
    }
  }

  /** Frames as base64url, once there are some. */
  async poll({ nodeToken }: NodeIdentity, query: string, signal: AbortSignal): Promise<readonly string[]> {
    const response = await this.#get(query, nodeToken, 'application/json', signal, POLL_TIMEOUT)
    const { frames } = await objectIn(response, MAX_POLLED)
    if (!Array.isArray(frames) || !frames.every((frame) => typeof frame === 'string'))
      throw new Error('no frames in the answer')
    return frames
  }

  async #get(
    path: string,
    token: string,
    accept: string,
    signal: AbortSignal,
    timeout = TIMEOUT,
  ): Promise<Response> {
    return request(`${this.#base}${path}`, { headers: { accept, ...bearer(token) } }, signal, timeout)
  }

  async #post(path: string, body: object, token: string, signal: AbortSignal) {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify(body),
    }
    return objectIn(await request(`${this.#base}${path}`, init, signal, TIMEOUT))
  }
}
