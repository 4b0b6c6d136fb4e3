import { isQuiet } from './activity.ts'
import { anything, nothing, object, optional, record, type Shape, text } from './shape.ts'

export const NATIVE = '/api/rescind/v1'

const Refusal = object({
  code: optional(text, 'unknown'),
  message: optional(text, ''),
  details: optional(record(anything), {}),
})

/** A refusal of the authority, in its own words. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly code: string
  /** What is wrong with which member (JSON pointer) of what was sent. */
  readonly details: ReadonlyMap<string, string>

  constructor(
    status: number,
    code: string,
    message: string,
    details: ReadonlyMap<string, string> = new Map(),
  ) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

/** Proves that a change comes from this page: told with the session, sent with every change. */
let csrf = ''
let onSessionLost = () => {}

export function rememberCsrf(token: string): void {
  csrf = token
}

/** Called when the authority says that nobody is signed in. */
export function whenSessionIsLost(listener: () => void): void {
  onSessionLost = listener
}

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
  /** Asked by the page and not by the person: it does not keep the session alive. */
  readonly idle?: boolean
}

/**
 * One request to the authority.
 *
 * @throws ApiError with the authority's code and sentence; `UnexpectedAnswer` where the answer has another form
 */
export async function ask<T>(path: string, shape: Shape<T>, asking: Asking = {}): Promise<T> {
  const { method = 'GET', body, signal, idle = false } = asking
  const headers = new Headers({ accept: 'application/json' })
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (method !== 'GET') headers.set('x-rescind-csrf', csrf)
  if (idle || (method === 'GET' && isQuiet())) headers.set('x-rescind-idle', '1')
  const response = await fetch(path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
    credentials: 'same-origin',
    cache: 'no-store',
  }).catch((failure: unknown) => {
    if (signal?.aborted) throw failure
    throw new ApiError(0, 'unreachable', 'The authority cannot be reached. Nothing is known to have changed.')
  })
  if (!response.ok) throw await refusalOf(response)
  if (response.status === 204) return shape(undefined, '')
  const answer: unknown = await response.json()
  return shape(answer, '')
}

async function refusalOf(response: Response): Promise<ApiError> {
  const answer: unknown = await response.json().catch(() => ({}))
  const { code, message, details } = Refusal(answer, '')
  if (response.status === 401) onSessionLost()
  const said = Object.entries(details).map(([pointer, words]) => [pointer, String(words)] as const)
  return new ApiError(
    response.status,
    code,
    message || `The authority answered ${response.status}.`,
    new Map(said),
  )
}

/** `path?a=1&b=2`, without what is empty. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, String(value))
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

/** `/users/{id}` of the native API, each part escaped. */
export function native(...parts: readonly string[]): string {
  return [NATIVE, ...parts.map(encodeURIComponent)].join('/')
}

export const command = (path: string, asking: Asking): Promise<undefined> => ask(path, nothing, asking)
