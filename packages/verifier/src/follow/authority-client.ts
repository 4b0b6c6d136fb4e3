import { parsePosition } from '@rescind/core/log'
import { type ServerEvent, serverEvents } from './events.ts'
import type { Grant } from './lease.ts'
import { WHEN_STALE } from './options.ts'
import type { LogSource } from './surroundings.ts'

/** How long an answer may take to begin, in milliseconds. */
const TIMEOUT = 10_000
/** The authority answers a poll within 25 seconds; whoever waits much longer hears of nothing. */
const POLL_TIMEOUT = 35_000
const MAX_ANSWER = 65_536
/** The authority sends empty ranges every five seconds. */
const SILENCE = 15_000

/** The authority refused. `code` is its own. */
export class AuthorityRefusal extends Error {
  override readonly name = 'AuthorityRefusal'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(`the authority answered ${status} ${code}`)
    this.status = status
    this.code = code
  }
}

/** One registered process. */
export interface NodeIdentity {
  readonly nodeId: string
  readonly nodeToken: string
}

/** The requests that a verifier makes. None of them is made for a token, unless the cluster introspects. */
export class AuthorityClient implements LogSource {
  readonly #base: string
  readonly #credential: string

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
    const body = await this.#post('/ack', { position, digest }, nodeToken, signal)
    const head = typeof body.head === 'string' ? parsePosition(body.head) : undefined
    const whenStale = WHEN_STALE.find((each) => each === body.whenStale)
    const { view, maxStaleness } = body
    if (head === undefined || whenStale === undefined || typeof view !== 'string')
      throw new Error('no lease in the answer')
    if (typeof maxStaleness !== 'number' || !(maxStaleness > 0)) throw new Error('no staleness in the answer')
    return { head, view, maxStaleness, whenStale }
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

  /** Events as they come, until the stream ends, falls silent, or nobody asks for the next. */
  async *stream(
    { nodeToken }: NodeIdentity,
    query: string,
    signal: AbortSignal,
  ): AsyncGenerator<ServerEvent, void> {
    const stop = new AbortController()
    try {
      const either = AbortSignal.any([signal, stop.signal])
      const response = await this.#get(query, nodeToken, 'text/event-stream', either)
      yield* serverEvents(response, SILENCE, (cause) => stop.abort(cause))
    } finally {
      stop.abort()
    }
  }

  /** Frames as base64url, once there are some. */
  async poll({ nodeToken }: NodeIdentity, query: string, signal: AbortSignal): Promise<readonly string[]> {
    const response = await this.#get(query, nodeToken, 'application/json', signal, POLL_TIMEOUT)
    const { frames } = parseObject(await readAll(response, 64 * 2 ** 20))
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
    const response = await request(`${this.#base}${path}`, init, signal, TIMEOUT)
    return parseObject(await readAll(response, MAX_ANSWER))
  }
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

/** The time limit ends with the first byte of the answer; what follows is for whoever reads it to watch. */
async function request(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
  timeout: number,
): Promise<Response> {
  const slow = new AbortController()
  const timer = setTimeout(() => slow.abort(new Error('no answer in time')), timeout)
  try {
    // A credential is not carried to where a redirect points.
    const response = await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.any([signal, slow.signal]),
    })
    if (response.ok) return response
    const { code } = parseObject(await readAll(response, MAX_ANSWER).catch(() => new Uint8Array()))
    throw new AuthorityRefusal(response.status, typeof code === 'string' ? code : '')
  } finally {
    clearTimeout(timer)
  }
}

/** Reads a body of at most `limit` bytes, counted after decompression. */
async function readAll(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > limit) throw new Error('an answer beyond the limit')
    chunks.push(chunk)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function parseObject(bytes: Uint8Array): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  } catch {
    return {}
  }
}
