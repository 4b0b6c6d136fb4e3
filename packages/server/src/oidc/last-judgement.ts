import { stringify } from 'node:querystring'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { DomainError } from '../errors/index.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { CLIENT_TEXTS } from './client-texts.ts'
import { currentRequest } from './request.ts'

const UNAVAILABLE = { error: 'temporarily_unavailable', error_description: 'Try again later.' }

/**
 * Stands around the token endpoint: what was issued is judged once more right before the answer leaves, and what
 * is void by then is not handed out. A client's own token that was born void is asked for once more, with fresh
 * knowledge and the client authenticated anew (`mount.ts`); for everything else the client starts again itself.
 */
export function judgeBeforeAnswering(provider: Provider, { judge }: IssuerContext): void {
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    await next()
    if (ctx.oidc?.route !== 'token') return
    const request = currentRequest()
    try {
      if (ctx.status === 200 && !request.issued.every((artefact) => judge.isGood(artefact))) {
        request.markBornVoid()
        ctx.status = 400
        ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' }
      }
    } catch (failure) {
      if (!isUnavailable(failure)) throw failure
      ctx.status = 503
      ctx.body = UNAVAILABLE
    }
    const { grant_type } = ctx.oidc.params ?? {}
    if (!request.bornVoid || grant_type !== 'client_credentials' || !request.mayStartAgain) return
    request.startAgain(Buffer.from(stringify(formOf(ctx))))
    // Nothing is sent: the next attempt answers.
    ctx.respond = false
  })
}

/** The parameters as they came; the library keeps what it parsed. */
function formOf(ctx: KoaContextWithOIDC): Record<string, string | string[]> {
  const given = Object.entries(ctx.oidc.body ?? {}).filter(
    (parameter): parameter is [string, string | string[]] =>
      typeof parameter[1] === 'string' || Array.isArray(parameter[1]),
  )
  return Object.fromEntries(given)
}

/** The library's refusals of a client, in the words of our own endpoints; and its failures, logged and told apart. */
export function tellFailures(provider: Provider, { authority }: IssuerContext): void {
  provider.on('grant.error', inOurWords)
  provider.on('pushed_authorization_request.error', inOurWords)
  provider.on('device_authorization.error', inOurWords)
  provider.on('server_error', (ctx, failure) => {
    authority.logger.error({ err: failure, path: ctx.path }, 'failed')
    if (!isUnavailable(failure)) return
    ctx.status = 503
    ctx.set('retry-after', '1')
    if (typeof ctx.body === 'object') ctx.body = UNAVAILABLE
  })
}

function inOurWords(ctx: KoaContextWithOIDC, failure: Error): void {
  const { error_description: said } = describe(failure)
  const missing = said === 'no client authentication mechanism provided'
  if (missing) ctx.status = 401
  const text = missing ? CLIENT_TEXTS.missing : translated(failure, said)
  if (text === undefined) return
  ctx.body = { error: missing ? 'invalid_client' : failure.message, error_description: text }
}

function translated(failure: Error, said: string | undefined): string | undefined {
  if (said === 'client authentication must only be provided using one mechanism') return CLIENT_TEXTS.multiple
  if (said?.startsWith('client_assertion_type must')) return CLIENT_TEXTS.assertionType
  if (failure.message !== 'invalid_client') return undefined
  const isAboutKid =
    describe(failure).error_detail === CLIENT_TEXTS.kid ||
    codeOf(failure.cause) === 'ERR_JWKS_NO_MATCHING_KEY'
  return isAboutKid ? CLIENT_TEXTS.kid : CLIENT_TEXTS.failed
}

function describe(failure: Error): { readonly error_description?: string; readonly error_detail?: string } {
  const { error_description, error_detail } = {
    error_description: undefined,
    error_detail: undefined,
    ...failure,
  }
  return {
    ...(typeof error_description === 'string' ? { error_description } : {}),
    ...(typeof error_detail === 'string' ? { error_detail } : {}),
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}

function isUnavailable(failure: unknown): boolean {
  return failure instanceof DomainError && failure.kind === 'unavailable'
}
