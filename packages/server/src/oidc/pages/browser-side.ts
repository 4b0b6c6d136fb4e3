import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { currentRequest } from '../request.ts'
import { showPage, stateOf } from './library-pages.ts'
import { forgedPage } from './message-page.ts'
import { BROWSER_HEADERS } from './page.ts'
import { isFromOurPage } from './submitted.ts'
import { TooManyUserCodes } from './too-many-user-codes.ts'

/** The library's endpoints that a person's browser visits. */
const VISITED =
  /\/v1\/(?:authorize(?:\/[^/]*)?|logout(?:\/(?:confirm|success))?|device(?:\/(?!authorize$)[^/]*)?)$/

/** Those that take a form of a page. */
const FORMS = /\/v1\/(?:device|logout\/confirm)$/

/**
 * The only page that is not ours is the library's for `response_mode=form_post`, which sends itself off with a
 * script; the library adds that script's hash.
 */
const POLICY = "default-src 'none'; script-src; frame-ancestors 'none'; base-uri 'none'"

/** Changes what the library does in front of people: headers for everything, and no page that needs a script. */
export function dressForBrowsers(provider: Provider, context: IssuerContext): void {
  provider.use(async (ctx, next) => {
    if (VISITED.test(ctx.path)) ctx.set({ ...BROWSER_HEADERS, 'content-security-policy': POLICY })
    if (isForgedForm(ctx.req, ctx.path, context.issuer)) return showPage(context, ctx, forgedPage)
    keepUserCode(ctx)
    await next()
    if (isLibraryContext(ctx)) goOnWithoutSession(ctx)
  })
  limitUserCodes(provider, context)
}

/** The library's own forms carry a secret of the session; that they come from our pages is asked besides. */
function isForgedForm({ method, headers }: IncomingMessage, path: string, issuer: string): boolean {
  return method === 'POST' && FORMS.test(path) && !isFromOurPage(headers, new URL(issuer).origin)
}

function isLibraryContext(ctx: object): ctx is KoaContextWithOIDC {
  return 'oidc' in ctx
}

/**
 * A code that comes in the address (RFC 8628 section 3.3.1) stands in the form, where the library would send it by a
 * script: the person looks at it and sends it.
 */
function keepUserCode(ctx: Parameters<Parameters<Provider['use']>[0]>[0]): void {
  const code = ctx.query.user_code
  if (ctx.method !== 'GET' || !ctx.path.endsWith('/v1/device') || typeof code !== 'string') return
  ctx.state.userCode = code
  ctx.querystring = ''
}

/** A sign-out where nobody is signed in has nothing to ask: the library would go on by a script, we by a redirect. */
function goOnWithoutSession(ctx: KoaContextWithOIDC): void {
  if (ctx.oidc.route !== 'end_session' || ctx.status !== 200 || ctx.oidc.session?.accountId !== undefined)
    return
  const { postLogoutRedirectUri, state } = stateOf(ctx)
  const target = new URL(postLogoutRedirectUri ?? ctx.oidc.urlFor('end_session_success'))
  if (postLogoutRedirectUri !== undefined && state !== undefined) target.searchParams.set('state', state)
  ctx.status = 303
  ctx.redirect(target.href)
}

/** Guessing a user code is limited as guessing a password is (RFC 8628 section 5.1). */
function limitUserCodes(provider: Provider, { attempts }: IssuerContext): void {
  const find = provider.DeviceCode.findByUserCode.bind(provider.DeviceCode)
  Object.defineProperty(provider.DeviceCode, 'findByUserCode', {
    value: async (...wanted: Parameters<typeof find>) => {
      const { ip } = currentRequest().source
      const seconds = attempts.beginUserCode(ip)
      if (seconds > 0) throw new TooManyUserCodes(seconds)
      const found = await find(...wanted)
      if (found !== undefined) attempts.foundUserCode(ip)
      return found
    },
  })
}
