import { randomBytes } from 'node:crypto'
import { revoke } from '../../revocation/revoke.ts'
import { findSessionRow } from '../../store/queries/oidc-records.ts'
import { endSession, userActor } from '../sessions.ts'
import { applicationsOf, sessionsOf } from './account-data.ts'
import { accountPage } from './account-page.ts'
import { beginSession, type Exchange, forgetCookie, type Present, whoIsPresent } from './account-session.ts'
import { takeCredentials } from './answer-sign-in.ts'
import { type Answer, organizationName } from './answers.ts'
import { loginOf } from './interaction.ts'
import { forgedPage } from './message-page.ts'
import type { QuestionServices } from './questions.ts'
import { newPasswordPage, type SignInPage, signInPage } from './sign-in-page.ts'
import { isFromOurPage, type Submitted } from './submitted.ts'

const FORM = 'account'
/** What a form is bound to while nobody is signed in. */
const STRANGER = 'rescind_account'

/** Shows the account of whoever is signed in, or the way to sign in. */
export async function showAccount(services: QuestionServices, exchange: Exchange): Promise<Answer> {
  const { context } = exchange
  const present = await whoIsPresent(exchange)
  if (present === undefined) return showSignIn(services, exchange, { login: '' })
  const { session, userId } = present
  return accountPage({
    organization: await organizationName(context),
    action: actionOf(exchange),
    token: await services.tokens.make(FORM, session.uid),
    login: await loginOf(context, userId),
    sessions: await sessionsOf(context, userId, session.uid),
    applications: await applicationsOf(context, userId),
  })
}

/** Does what a form of the account page asks for. Everything is about the own user, whatever the form says. */
export async function changeAccount(
  services: QuestionServices,
  exchange: Exchange,
  form: Submitted,
): Promise<Answer> {
  const { context, request } = exchange
  const present = await whoIsPresent(exchange)
  const bound = present?.session.uid ?? strangerOf(request.headers.cookie)
  const isOwn =
    isFromOurPage(request.headers, new URL(context.issuer).origin) &&
    bound !== '' &&
    (await services.tokens.isGood(form.field('token'), FORM, bound))
  if (!isOwn) return forgedPage(await organizationName(context))
  return present === undefined ? takeSignIn(services, exchange, form) : takeChange(exchange, present, form)
}

async function takeChange(
  exchange: Exchange,
  { session, userId }: Present,
  form: Submitted,
): Promise<Answer> {
  const { context } = exchange
  const { authority, organizationId } = context
  const actor = userActor(organizationId, userId, await loginOf(context, userId))
  switch (form.field('do')) {
    case 'sign-out':
      await endSession(authority, actor, session.uid)
      forgetCookie(exchange)
      break
    case 'end-session': {
      const id = form.field('session')
      const row = await authority.store.read({ organizationId }, (tx) => findSessionRow(tx, id))
      // One that is not the user's is as good as gone.
      if (row?.user_id === userId)
        await revoke(authority, actor, { target: { type: 'session', id }, reason: 'requested' })
      break
    }
    case 'revoke-application': {
      const application = form.field('client')
      const target = { type: 'user_application', user: userId, application } as const
      const isOwn = (await applicationsOf(context, userId)).some(({ clientId }) => clientId === application)
      if (isOwn) await revoke(authority, actor, { target, reason: 'requested' })
      break
    }
  }
  return { location: actionOf(exchange) }
}

async function takeSignIn(services: QuestionServices, exchange: Exchange, form: Submitted): Promise<Answer> {
  const { context, request } = exchange
  const outcome = await takeCredentials(context, services, request.headers, form)
  switch (outcome.type) {
    case 'refused':
      return showSignIn(services, exchange, outcome)
    case 'new_password': {
      const frame = await frameOf(services, exchange)
      return newPasswordPage({ ...frame, ...outcome })
    }
    case 'changed':
      return showSignIn(services, exchange, {
        login: outcome.login,
        notice: 'The password was changed. Sign in with the new one.',
      })
    case 'signed_in':
      await beginSession(exchange, outcome.user.id)
      return { location: actionOf(exchange), cookies: [outcome.cookie] }
  }
}

async function showSignIn(
  services: QuestionServices,
  exchange: Exchange,
  more: Pick<SignInPage, 'login' | 'problem' | 'notice'>,
): Promise<Answer> {
  return signInPage({ ...(await frameOf(services, exchange)), ...more })
}

async function frameOf({ tokens }: QuestionServices, exchange: Exchange) {
  const { context, request, response } = exchange
  const known = strangerOf(request.headers.cookie)
  const stranger = known === '' ? randomBytes(16).toString('base64url') : known
  if (known === '') {
    const secure = context.issuer.startsWith('https:') ? '; Secure' : ''
    const path = actionOf(exchange)
    response.appendHeader(
      'set-cookie',
      `${STRANGER}=${stranger}; Path=${path}; HttpOnly; SameSite=Strict${secure}`,
    )
  }
  return {
    organization: await organizationName(context),
    action: actionOf(exchange),
    token: await tokens.make(FORM, stranger),
  }
}

function strangerOf(cookies: string | undefined): string {
  const found = (cookies ?? '').split('; ').find((cookie) => cookie.startsWith(`${STRANGER}=`))
  return found?.slice(STRANGER.length + 1) ?? ''
}

function actionOf({ request, context }: Exchange): string {
  return new URL(request.url ?? '/', context.issuer).pathname
}
