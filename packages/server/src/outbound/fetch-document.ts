import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import type { AddressClass } from './addresses.ts'
import {
  guardedLookup,
  guardSocket,
  type Reach,
  type Resolve,
  refuseLiteral,
  SYSTEM_RESOLVE,
} from './guarded-socket.ts'
import { FetchFailed } from './refusal.ts'

/** How far a fetch may go. */
export interface FetchBounds {
  /** Bytes, counted before and after decompression. */
  readonly bytes: number
  /** Milliseconds, from the look-up of the name to the last byte. */
  readonly time: number
}

export interface FetchOptions {
  /** Whether loopback and private networks may be reached, over http too. */
  readonly allowPrivateNetworks: boolean
  readonly bounds: FetchBounds
  readonly resolve?: Resolve
}

/** What key sets and metadata are served as (RFC 7517 section 8.5, RFC 8414 section 3.2). */
const JSON_TYPES = /^application\/(?:json|[a-z0-9.+-]+\+json)$/i

/**
 * Fetches a JSON document from an address that somebody else chose. Every connection is opened anew and judged by
 * the address that it reached; redirects are not followed; https only, but for private networks where those are
 * allowed; bytes are counted after decompression; all of it in bounded time.
 *
 * @returns the bytes, which are JSON by name only
 * @throws FetchFailed and nothing else
 */
export async function fetchDocument(address: string, options: FetchOptions): Promise<Buffer> {
  const document = await fetchIfChanged(address, options)
  if (document === undefined) throw new FetchFailed('status', 'the answer is 304')
  return document.bytes
}

/** A document and the validator that it came with. */
export interface FetchedDocument {
  readonly bytes: Buffer
  readonly etag: string | undefined
}

/**
 * The same, and nothing where the document has not changed since it came with `etag` (RFC 9110 section 13.1.2).
 * Without one, caches on the way are told to ask the origin.
 *
 * @throws FetchFailed and nothing else
 */
export async function fetchIfChanged(
  address: string,
  options: FetchOptions,
  etag?: string,
): Promise<FetchedDocument | undefined> {
  const url = readUrl(address)
  const reach = reachOf(url, options)
  refuseLiteral(url.hostname, reach)
  const signal = AbortSignal.timeout(options.bounds.time)
  try {
    const response = await open(url, reach, signal, options.resolve ?? SYSTEM_RESOLVE, etag)
    try {
      if (etag !== undefined && response.statusCode === 304) return undefined
      const bytes = await readBody(response, options.bounds.bytes, signal)
      return { bytes, etag: validator(response.headers.etag) }
    } finally {
      response.destroy()
    }
  } catch (cause) {
    if (cause instanceof FetchFailed) throw cause
    if (signal.aborted) throw new FetchFailed('time', `no document within ${options.bounds.time} ms`)
    throw new FetchFailed('network', 'the connection failed', { cause })
  }
}

/** @throws FetchFailed `url` */
export function readUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || url.username !== '' || url.password !== '')
    throw new FetchFailed('url', 'not an absolute URL without credentials')
  return url
}

/**
 * Which networks may be reached for an address.
 *
 * @throws FetchFailed `url` where its scheme may not be used at all
 */
export function reachOf(
  url: URL,
  { allowPrivateNetworks }: Pick<FetchOptions, 'allowPrivateNetworks'>,
): Reach {
  if (url.protocol === 'https:')
    return { allowed: new Set<AddressClass>(allowPrivateNetworks ? ['public', 'private'] : ['public']) }
  if (url.protocol === 'http:' && allowPrivateNetworks) return { allowed: new Set(['private']) }
  throw new FetchFailed('url', 'only https is fetched')
}

/** One that is too long, or not of printable ASCII, is not worth sending back. */
function validator(etag: string | undefined): string | undefined {
  return etag !== undefined && /^[\x21-\x7e]{1,256}$/.test(etag) ? etag : undefined
}

function open(
  url: URL,
  reach: Reach,
  signal: AbortSignal,
  resolve: Resolve,
  etag: string | undefined,
): Promise<IncomingMessage> {
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'GET',
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip, br',
      'user-agent': 'rescind',
      ...(etag === undefined ? { 'cache-control': 'no-cache' } : { 'if-none-match': etag }),
    },
    // A connection of its own: one that is kept could outlive what was judged about it.
    agent: false,
    lookup: guardedLookup(resolve, reach),
    signal,
  })
  return new Promise((fulfil, reject) => {
    request.on('socket', (socket) => guardSocket(socket, reach))
    request.on('response', fulfil)
    // Stays for errors after the answer has begun, which the reading of the body tells too.
    request.on('error', reject)
    request.end()
  })
}

async function readBody(response: IncomingMessage, limit: number, signal: AbortSignal): Promise<Buffer> {
  if (response.statusCode !== 200) throw new FetchFailed('status', `the answer is ${response.statusCode}`)
  const type = (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? ''
  if (!JSON_TYPES.test(type)) throw new FetchFailed('type', 'the answer is not JSON')
  const chunks: Buffer[] = []
  const collect = async (decoded: AsyncIterable<Buffer>) => {
    for await (const chunk of counted(decoded, limit)) chunks.push(chunk)
  }
  const decoder = decoderOf(response.headers['content-encoding'])
  const encoded = (source: AsyncIterable<Buffer>) => counted(source, limit)
  if (decoder === undefined) await pipeline(response, collect, { signal })
  else await pipeline(response, encoded, decoder, collect, { signal })
  return Buffer.concat(chunks)
}

function decoderOf(encoding: string | undefined): (Readable & NodeJS.WritableStream) | undefined {
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
    case '':
      return undefined
    case 'gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    default:
      throw new FetchFailed('encoding', 'a content coding that nobody asked for')
  }
}

async function* counted(source: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let total = 0
  for await (const chunk of source) {
    total += chunk.byteLength
    if (total > limit) throw new FetchFailed('size', `the document is larger than ${limit} bytes`)
    yield chunk
  }
}
