import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type FetchOptions, reachOf, readUrl } from './fetch-document.ts'
import { guardedLookup, guardSocket, refuseLiteral, SYSTEM_RESOLVE } from './guarded-socket.ts'
import { FetchFailed } from './refusal.ts'

/** One request, as a client library makes it. */
export interface GuardedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * A request to an address that somebody else chose, for a library that brings its own protocol and takes its `fetch`
 * from us: under the same guard as `fetchDocument`, with every status handed on. Redirects are not followed.
 *
 * @throws FetchFailed and nothing else
 */
export async function guardedFetch(
  address: string,
  { method, headers, body }: GuardedRequest,
  options: FetchOptions,
): Promise<Response> {
  const url = readUrl(address)
  const reach = reachOf(url, options)
  refuseLiteral(url.hostname, reach)
  const { bytes: limit, time } = options.bounds
  const signal = AbortSignal.timeout(time)
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method,
    headers: {
      ...headers,
      'user-agent': 'rescind',
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    },
    agent: false,
    lookup: guardedLookup(options.resolve ?? SYSTEM_RESOLVE, reach),
    signal,
  })
  try {
    return await new Promise<Response>((fulfil, reject) => {
      request.on('socket', (socket) => guardSocket(socket, reach))
      request.on('error', reject)
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        let total = 0
        response.on('data', (chunk: Buffer) => {
          total += chunk.byteLength
          if (total <= limit) return void chunks.push(chunk)
          // Refused before it is ended: a short answer that is there already would count as whole.
          reject(new FetchFailed('size', `more than ${limit} bytes`))
          request.destroy()
        })
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response
          if (statusCode < 200 || statusCode > 599) return reject(new FetchFailed('status', 'no status'))
          const type = answered['content-type'] ?? ''
          const content = NO_CONTENT.has(statusCode) ? null : Buffer.concat(chunks)
          fulfil(new Response(content, { status: statusCode, headers: { 'content-type': type } }))
        })
      })
      request.end(body)
    })
  } catch (cause) {
    if (cause instanceof FetchFailed) throw cause
    if (signal.aborted) throw new FetchFailed('time', `no answer within ${time} ms`)
    throw new FetchFailed('network', 'the connection failed', { cause })
  } finally {
    request.destroy()
  }
}

/** Statuses that `Response` takes no content with. */
const NO_CONTENT: ReadonlySet<number> = new Set([204, 205, 304])
