import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import type { Provider } from 'oidc-provider'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { endSession, userActor } from '../sessions.ts'
import { type SignInServices, signedInResult, takeCredentials } from './answer-sign-in.ts'
import { type Answer, organizationName } from './answers.ts'
import { consentPage } from './consent-page.ts'
import { keepConsent } from './consents.ts'
import type { FormTokens } from './form-tokens.ts'
import { allow } from './grants.ts'
import { findQuestion, isOwnForm, loginOf, missingOf, type Question, suggestedLogin } from './interaction.ts'
import { expiredPage, forgedPage } from './message-page.ts'
import type { Page } from './page.ts'
import { providersFor, returnFromProvider, sendToProvider } from './provider-sign-in.ts'
import { describeScopes } from './scope-words.ts'
import { type FormFrame, newPasswordPage, type SignInProblem, signInPage } from './sign-in-page.ts'
import { isFromOurPage, type Submitted } from './submitted.ts'

export interface QuestionServices extends SignInServices {
  readonly tokens: FormTokens
}

/** One request of a browser to the page of a question. */
export interface Visit {
  readonly context: IssuerContext
  readonly provider: Provider
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Of the question, from the path. */
  readonly uid: string
}

/** Shows what the library asks: who somebody is, or whether they allow it. */
export async function showQuestion(services: QuestionServices, visit: Visit): Promise<Answer> {
  const { context, provider } = visit
  const question = await findQuestion(context, provider, services.tokens, visit)
  if (question === undefined) return expiredPage(await organizationName(context))
  if (question.kind === 'consent') return showConsent(context, question)
  if (question.interaction.result !== undefined) return { location: question.interaction.returnTo }
  return (await goThroughProvider(services, visit, question)) ?? showSignIn(context, question)
}

/** Somebody chose an identity provider on the page, or comes back from it. */
async function goThroughProvider(
  { tokens }: QuestionServices,
  visit: Visit,
  question: Question,
): Promise<Answer | undefined> {
  const { context, request, uid } = visit
  const { searchParams } = new URL(request.url ?? '/', context.issuer)
  const asked = { context, tokens, uid, cookies: request.headers.cookie, path: question.action }
  const chosen = searchParams.get('provider')
  if (chosen === null && !searchParams.has('state')) return undefined
  const outcome =
    chosen === null ? await returnFromProvider(asked, searchParams) : await sendToProvider(asked, chosen)
  if ('location' in outcome) return outcome
  if (outcome.type === 'refused') return showSignIn(context, question, outcome.problem)
  const { user, cookie } = outcome
  if (isHintOfAnother(question, user.id)) return showSignIn(context, question, { type: 'other_account' })
  await leaveOtherAccount(context, question, user.id)
  return finish(visit, { login: { accountId: user.id, remember: false } }, false, [cookie])
}

/**
 * Takes the answer from the form. It counts once: sent again, it leads to where the first one led, and once the
 * library has taken it up there is no such question any more.
 */
export async function answerQuestion(
  services: QuestionServices,
  visit: Visit,
  form: Submitted,
): Promise<Answer> {
  const { context, provider, request } = visit
  if (!isFromOurPage(request.headers, new URL(context.issuer).origin))
    return forgedPage(await organizationName(context))
  const question = await findQuestion(context, provider, services.tokens, visit)
  if (question === undefined) return expiredPage(await organizationName(context))
  if (!(await isOwnForm(services.tokens, question, form.field('token'))))
    return forgedPage(question.organization)
  if (question.interaction.result !== undefined) return { location: question.interaction.returnTo }
  const { kind } = question
  switch (form.field('do')) {
    case 'cancel':
    case 'deny':
      return finish(visit, DENIED, false)
    case 'sign-in':
    case 'new-password':
      return kind === 'login' ? answerSignIn(services, visit, question, form) : showConsent(context, question)
    case 'allow':
      return kind === 'consent' ? answerConsent(visit, question) : showSignIn(context, question)
    default:
      return showQuestion(services, visit)
  }
}

const DENIED = { error: 'access_denied', error_description: 'the user did not allow it' }

async function finish(
  { provider, request, response }: Visit,
  result: Parameters<Provider['interactionResult']>[2],
  withEarlier: boolean,
  cookies: readonly string[] = [],
): Promise<Answer> {
  const location = await provider.interactionResult(request, response, result, {
    mergeWithLastSubmission: withEarlier,
  })
  return { location, cookies }
}

async function showSignIn(
  context: IssuerContext,
  question: Question,
  problem?: SignInProblem,
): Promise<Page> {
  return signInPage({
    ...frameOf(question),
    application: question.application,
    login: await suggestedLogin(context, question.interaction),
    providers: await providersFor(context),
    ...(problem !== undefined && { problem }),
  })
}

async function answerSignIn(
  services: QuestionServices,
  visit: Visit,
  question: Question,
  form: Submitted,
): Promise<Answer> {
  const { context } = visit
  const outcome = await takeCredentials(context, services, visit.request.headers, form)
  const providers = await providersFor(context)
  const again = (more: { login: string; problem?: SignInProblem; notice?: string }) =>
    signInPage({ ...frameOf(question), application: question.application, providers, ...more })
  switch (outcome.type) {
    case 'refused':
      return again(outcome)
    case 'new_password':
      return newPasswordPage({ ...frameOf(question), ...outcome })
    case 'changed':
      return again({ login: outcome.login, notice: 'The password was changed. Sign in with the new one.' })
    case 'signed_in': {
      const { user } = outcome
      if (isHintOfAnother(question, user.id)) return again({ login: '', problem: { type: 'other_account' } })
      await leaveOtherAccount(context, question, user.id)
      return finish(visit, signedInResult(user), false, [outcome.cookie])
    }
  }
}

/**
 * The client may say whom it expects (OpenID Connect Core section 3.1.2.1). The library has verified the hint, and
 * does not look at it again once somebody has signed in.
 */
function isHintOfAnother({ interaction }: Question, userId: string): boolean {
  const { id_token_hint: hint } = interaction.params
  return typeof hint === 'string' && decodeJwt(hint).sub !== userId
}

/** Whoever signs in as somebody else ends the session of before: one browser is one person at a time. */
async function leaveOtherAccount(
  context: IssuerContext,
  { interaction }: Question,
  userId: string,
): Promise<void> {
  const { session } = interaction
  if (session === undefined || session.accountId === userId) return
  const login = await loginOf(context, session.accountId)
  await endSession(
    context.authority,
    userActor(context.organizationId, session.accountId, login),
    session.uid,
  )
  // The answer is for the session that begins now.
  interaction.session = undefined
  await interaction.persist()
}

async function showConsent(context: IssuerContext, question: Question): Promise<Page> {
  const { authority, organizationId, issuerId } = context
  const { interaction, application, destination } = question
  const missing = missingOf(interaction)
  const words = await authority.store.read({ organizationId }, (tx) => describeScopes(tx, issuerId, missing))
  return consentPage({
    ...frameOf(question),
    application,
    login: await loginOf(context, interaction.session?.accountId),
    ...words,
    ...(destination === undefined ? {} : { destination }),
  })
}

async function answerConsent(visit: Visit, question: Question): Promise<Answer> {
  const { context, provider } = visit
  const { interaction } = question
  const accountId = interaction.session?.accountId
  const clientId = interaction.params.client_id
  if (accountId === undefined || typeof clientId !== 'string')
    return expiredPage(await organizationName(context))
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId)
  const grant = known ?? new provider.Grant({ accountId, clientId })
  const { openid, resources } = missingOf(interaction)
  const allowed = { openid, resources: new Map(Object.entries(resources)) }
  allow(grant, allowed)
  await keepConsent(context, accountId, clientId, allowed)
  return finish(visit, { consent: { grantId: await grant.save() } }, true)
}

function frameOf({ organization, action, token, formTargets }: Question): FormFrame {
  return { organization, action, token, formTargets }
}
