import { parseObject, refusalIn } from './answers.ts'

/** Bytes of an answer that is one small object. */
const MAX_ANSWER = 65_536

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

/**
 * The time limit ends with the first byte of the answer; what follows is for whoever reads it to watch.
 *
 * @throws AuthorityRefusal for any status but success
 */
export async function request(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
  timeout: number,
): Promise<Response> {
  return within(timeout, 'no answer in time', signal, async (either) => {
    // A credential is not carried to where a redirect points.
    const response = await fetch(url, { ...init, redirect: 'error', signal: either })
    if (response.ok) return response
    throw refusalIn(response.status, await objectIn(response).catch(() => ({})))
  })
}

/** Reads a body of at most `limit` bytes, counted after decompression. */
export async function readAll(response: Response, limit: number): Promise<Uint8Array> {
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

/** The members of the JSON object that a body is. */
export async function objectIn(response: Response, limit = MAX_ANSWER) {
  return parseObject(new TextDecoder().decode(await readAll(response, limit)))
}

/** Does something that has to be done within so many milliseconds, or is aborted with the reason `late`. */
export async function within<Outcome>(
  milliseconds: number,
  late: string,
  signal: AbortSignal,
  work: (either: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const slow = new AbortController()
  const timer = setTimeout(() => slow.abort(new Error(late)), milliseconds)
  try {
    return await work(AbortSignal.any([signal, slow.signal]))
  } finally {
    clearTimeout(timer)
  }
}
