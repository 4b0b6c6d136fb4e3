import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type FetchOptions, reachOf, readUrl } from './fetch-document.ts'
import { guardedLookup, guardSocket, refuseLiteral, SYSTEM_RESOLVE } from './guarded-socket.ts'
import { FetchFailed } from './refusal.ts'

export interface PostOptions extends Pick<FetchOptions, 'allowPrivateNetworks' | 'resolve'> {
  /** Milliseconds, from the look-up of the name to the status of the answer. */
  readonly time: number
}

/**
 * Posts a form to an address that somebody else chose, under the same guard as `fetchDocument`. Redirects are not
 * followed, and of the answer only the status is read.
 *
 * @throws FetchFailed and nothing else
 */
export async function postForm(
  address: string,
  form: Readonly<Record<string, string>>,
  options: PostOptions,
): Promise<number> {
  const url = readUrl(address)
  const reach = reachOf(url, options)
  refuseLiteral(url.hostname, reach)
  const body = new URLSearchParams(form).toString()
  const signal = AbortSignal.timeout(options.time)
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'rescind',
    },
    agent: false,
    lookup: guardedLookup(options.resolve ?? SYSTEM_RESOLVE, reach),
    signal,
  })
  try {
    return await new Promise<number>((fulfil, reject) => {
      request.on('socket', (socket) => guardSocket(socket, reach))
      request.on('response', (response) => fulfil(response.statusCode ?? 0))
      request.on('error', reject)
      request.end(body)
    })
  } catch (cause) {
    if (cause instanceof FetchFailed) throw cause
    if (signal.aborted) throw new FetchFailed('time', `no answer within ${options.time} ms`)
    throw new FetchFailed('network', 'the connection failed', { cause })
  } finally {
    request.destroy()
  }
}
