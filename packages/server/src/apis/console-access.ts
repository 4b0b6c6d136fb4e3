import type { FastifyRequest } from 'fastify'
import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { ConsoleSession, ConsoleSessions } from '../oidc/console/sessions.ts'
import { isFromOurPage } from '../oidc/pages/submitted.ts'
import type { OrganizationsByHost } from './organization-by-host.ts'

/** Sent by the console with each change: what `GET /console/session` gave it. */
const CSRF_HEADER = 'x-rescind-csrf'
/** Sent by the console where a timer asks and not the person: such a request keeps no session alive. */
const IDLE_HEADER = 'x-rescind-idle'

/**
 * What the cookie of a console session is called. `__Host-` has browsers hold it to one host, the whole of it, and
 * https; the only place without https is a loopback address.
 *
 * @returns undefined where the console cannot be used: http beyond the own machine
 */
export function consoleCookie(
  publicUrl: string,
): { readonly prefix: string; readonly secure: boolean } | undefined {
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol === 'https:') return { prefix: '__Host-', secure: true }
  return isLoopback(hostname) ? { prefix: '', secure: false } : undefined
}

/** RFC 6761 section 6.3: `localhost` and whatever lies below it. */
export function isLoopback(hostname: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:.+\.)?localhost)$/.test(hostname.toLowerCase())
}

/** The value of a cookie; undefined where there is none, or two that could differ. */
export function cookieIn(request: FastifyRequest, name: string): string | undefined {
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(`${name}=`))
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined
}

/** Who is at the console, by the cookie of a request, and whether the request is the console's own. */
export class ConsoleAccess {
  readonly sessions: ConsoleSessions
  readonly hosts: OrganizationsByHost
  readonly #cookie: string | undefined

  constructor(authority: Authority, sessions: ConsoleSessions, hosts: OrganizationsByHost) {
    this.sessions = sessions
    this.hosts = hosts
    const cookie = consoleCookie(authority.publicUrl)
    this.#cookie = cookie === undefined ? undefined : `${cookie.prefix}rescind`
  }

  /**
   * The session of whoever sends a request. The cookie goes by itself with whatever a browser sends here, so it counts
   * only in requests that the console's pages make: browsers say so of each (Fetch Metadata). A change has to prove it
   * twice: by where it comes from, which may not be left open, and by the session's token in a header, which no other
   * origin can set nor know.
   *
   * @returns undefined where the request has no such cookie
   * @throws DomainError `credentials_invalid`, `request_forged`, `not_found` for a host of no organization
   */
  async sessionOf(request: FastifyRequest): Promise<ConsoleSession | undefined> {
    const value = this.#cookie === undefined ? undefined : cookieIn(request, this.#cookie)
    if (value === undefined) return undefined
    const organizationId = await this.hosts.organizationOf(request.hostname)
    const session = await this.sessions.find(organizationId, value)
    if (session === undefined) throw new DomainError('credentials_invalid')
    if (!(await this.#isOwn(request, session))) throw new DomainError('request_forged')
    if (request.headers[IDLE_HEADER] === undefined) this.sessions.noteUse(session)
    return session
  }

  async #isOwn({ method, headers }: FastifyRequest, session: ConsoleSession): Promise<boolean> {
    const { origin, 'sec-fetch-site': site } = headers
    if (method === 'GET' || method === 'HEAD') return site === undefined || site === 'same-origin'
    if (!isFromOurPage(headers, session.origin)) return false
    if (origin !== undefined && origin !== session.origin) return false
    const token = headers[CSRF_HEADER]
    return typeof token === 'string' && this.sessions.isOwnToken(session, token)
  }
}
