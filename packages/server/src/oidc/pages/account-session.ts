import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider, Session } from 'oidc-provider'
import { findAccount } from '../accounts.ts'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { LIFETIMES } from '../lifetimes.ts'

/** Whoever is signed in at a browser, by the same cookie as at the authorization endpoint. */
export interface Present {
  readonly session: Session
  readonly userId: string
}

export interface Exchange {
  readonly context: IssuerContext
  readonly provider: Provider
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/**
 * The session of a browser, judged at the newest knowledge, while its user may sign in.
 *
 * @returns undefined where nobody is signed in
 */
export async function whoIsPresent(exchange: Exchange): Promise<Present | undefined> {
  const { context, provider } = exchange
  const session = await provider.Session.get(contextOf(exchange))
  const userId = session.accountId
  if (userId === undefined || (await findAccount(context, userId)) === undefined) return undefined
  return { session, userId }
}

/** Signs a user in: a session of its own, under an id that nobody could have known before. */
export async function beginSession(exchange: Exchange, userId: string): Promise<void> {
  const { provider, context } = exchange
  const session = new provider.Session()
  session.loginAccount({
    accountId: userId,
    amr: ['pwd'],
    transient: true,
    loginTs: Math.floor(context.authority.clock.now() / 1000),
  })
  await session.save(LIFETIMES.session)
  setCookie(exchange, session.jti)
}

export function forgetCookie(exchange: Exchange): void {
  setCookie(exchange, null)
}

function setCookie(exchange: Exchange, value: string | null): void {
  const { provider, context } = exchange
  contextOf(exchange).cookies.set(provider.cookieName('session'), value, {
    httpOnly: true,
    sameSite: 'lax',
    signed: true,
    secure: context.issuer.startsWith('https:'),
    path: '/',
    overwrite: true,
  })
}

/** The library's view of a request; whether it is secure, the issuer says. */
function contextOf({ context, provider, request, response }: Exchange) {
  request.headers['x-forwarded-proto'] = new URL(context.issuer).protocol.slice(0, -1)
  return provider.createContext(request, response)
}
