import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import type { ReadyIssuer } from '../providers.ts'
import { duringRequest, OidcRequest } from '../request.ts'
import { changeAccount, showAccount } from './account.ts'
import { send } from './answers.ts'
import { renderFailure } from './failures.ts'
import { FormTokens } from './form-tokens.ts'
import { KnownBrowsers } from './known-browser.ts'
import { expiredPage } from './message-page.ts'
import { questionAddress, readState } from './provider-sign-in.ts'
import { answerQuestion, type QuestionServices, showQuestion, type Visit } from './questions.ts'
import { FORM_LIMIT, Submitted } from './submitted.ts'

export interface PageOptions {
  readonly authority: Authority
  /** The authorization server that a request to `/oauth2/{id}/…`, or without an id to `/oauth2/…`, is for. */
  ready(request: FastifyRequest, issuerId: string | undefined): Promise<ReadyIssuer>
}

/** The pages that we serve ourselves: sign-in, consent, the own account. */
export function mountPages(app: FastifyInstance, options: PageOptions): void {
  const tokens = new FormTokens(options.authority)
  const services = { tokens, browsers: new KnownBrowsers(tokens) }
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser<string>(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: FORM_LIMIT },
      (_request, body, done) => done(null, new Submitted(String(body))),
    )
    scope.setErrorHandler(renderFailure)
    mountCallback(scope, options)
    mountQuestions(scope, options, services)
    mountAccount(scope, options, services)
  })
}

interface Params {
  readonly issuerId?: string
  readonly uid?: string
}

/** The one address that identity providers send people back to. The question that they came from is in `state`. */
function mountCallback(scope: FastifyInstance, options: PageOptions): void {
  scope.get('/oauth2/callback', async (request, reply) => {
    const answer = new URL(request.raw.url ?? '/', options.authority.publicUrl).searchParams
    const state = readState(answer.get('state') ?? '')
    if (state === undefined) return send(reply, expiredPage(''))
    const { context } = await options.ready(request, state.issuerId)
    return send(reply, { location: questionAddress(context, state.uid, answer) })
  })
}

function mountQuestions(
  scope: FastifyInstance,
  options: PageOptions,
  services: Omit<QuestionServices, 'attempts'>,
): void {
  for (const url of ['/oauth2/:issuerId/v1/interaction/:uid', '/oauth2/v1/interaction/:uid']) {
    scope.get<{ Params: Params }>(url, async (request, reply) => {
      const issuer = await options.ready(request, request.params.issuerId)
      return visited(issuer, request, reply, (visit) =>
        showQuestion({ ...services, attempts: issuer.context.attempts }, visit),
      )
    })
    scope.post<{ Params: Params }>(url, async (request, reply) => {
      const issuer = await options.ready(request, request.params.issuerId)
      return visited(issuer, request, reply, (visit) =>
        answerQuestion({ ...services, attempts: issuer.context.attempts }, visit, formOf(request)),
      )
    })
  }
}

function mountAccount(
  scope: FastifyInstance,
  options: PageOptions,
  services: Omit<QuestionServices, 'attempts'>,
): void {
  for (const url of ['/oauth2/:issuerId/v1/account', '/oauth2/v1/account']) {
    scope.get<{ Params: Params }>(url, async (request, reply) => {
      const issuer = await options.ready(request, request.params.issuerId)
      return visited(issuer, request, reply, (visit) =>
        showAccount({ ...services, attempts: issuer.context.attempts }, visit),
      )
    })
    scope.post<{ Params: Params }>(url, async (request, reply) => {
      const issuer = await options.ready(request, request.params.issuerId)
      return visited(issuer, request, reply, (visit) =>
        changeAccount({ ...services, attempts: issuer.context.attempts }, visit, formOf(request)),
      )
    })
  }
}

/** A body of another type was refused before; none at all is an empty form. */
function formOf({ body }: FastifyRequest): Submitted {
  return body instanceof Submitted ? body : new Submitted('')
}

function visited(
  { provider, context, place }: ReadyIssuer,
  request: FastifyRequest<{ Params: Params }>,
  reply: FastifyReply,
  answer: (visit: Visit) => ReturnType<typeof showQuestion>,
): Promise<FastifyReply> {
  const source = { ip: request.ip, userAgent: request.headers['user-agent'] ?? null }
  const visit = {
    context,
    provider,
    request: request.raw,
    response: reply.raw,
    uid: request.params.uid ?? '',
  }
  return duringRequest(new OidcRequest(place, source), async () => send(reply, await answer(visit)))
}
