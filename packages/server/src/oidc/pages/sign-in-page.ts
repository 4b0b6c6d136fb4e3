import { type Html, html } from './html.ts'
import { name } from './names.ts'
import type { Page } from './page.ts'

/** What every form needs. */
export interface FormFrame {
  readonly organization: string
  /** Where the form goes. */
  readonly action: string
  readonly token: string
  readonly formTargets?: readonly string[]
}

export interface SignInPage extends FormFrame {
  /** The application that asks; none for the account page. */
  readonly application?: string
  readonly login: string
  /** Through whom people may sign in, beside their password. */
  readonly providers?: readonly { readonly id: string; readonly name: string }[]
  readonly problem?: SignInProblem
  /** Something good to say, as after a change of the password. */
  readonly notice?: string
}

export type SignInProblem =
  | { readonly type: 'incorrect' }
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'other_account' }
  | ProviderProblem

/** Why nobody was signed in through an identity provider. */
export interface ProviderProblem {
  readonly type: 'provider'
  readonly why: 'gone' | 'unreachable' | 'failed' | 'unnamed' | 'domain' | 'unknown' | 'taken' | 'disabled'
}

/** Nothing here tells whether there is such a user. */
export function signInPage(page: SignInPage): Page {
  const { organization, application, login, problem, notice, formTargets } = page
  // What went wrong elsewhere is not about these fields.
  const wrong = problem !== undefined && problem.type !== 'provider'
  return {
    organization,
    title: 'Sign in',
    ...(problem?.type === 'wait'
      ? { status: 429, retryAfter: problem.seconds }
      : { status: problem?.type === 'incorrect' ? 400 : 200 }),
    ...(formTargets === undefined ? {} : { formTargets }),
    body: html`
${application === undefined ? undefined : html`<p>to continue to ${name(application)}</p>`}
${notice === undefined ? undefined : html`<p class="good" role="status">${notice}</p>`}
${problem === undefined ? undefined : html`<p class="error" id="problem" role="alert">${wordsOf(problem)}</p>`}
<form method="post" action="${page.action}">
<input type="hidden" name="token" value="${page.token}">
<label for="login">Username</label>
<input id="login" name="login" type="text" value="${login}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="256"${faulty(wrong)}${login === '' || wrong ? html` autofocus` : undefined}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="512"${faulty(wrong)}${login !== '' && !wrong ? html` autofocus` : undefined}>
<button type="submit" name="do" value="sign-in">Sign in</button>
</form>
${providerLinks(page)}
${page.application === undefined ? undefined : cancel(page)}`,
  }
}

/** Links, not forms: Chromium would hold a form's redirects to the page's policy, all the way through the provider. */
function providerLinks({ action, providers = [] }: SignInPage): readonly Html[] {
  return providers.map(
    ({ id, name: provider }) =>
      html`<p><a class="button" href="${action}?provider=${id}">Sign in with ${name(provider)}</a></p>`,
  )
}

/** A form of its own, so that the browser asks for no password first. */
function cancel({ action, token }: FormFrame): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<button class="second" type="submit" name="do" value="cancel">Cancel</button>
</form>`
}

/** Ties the message to the fields that it is about. */
function faulty(wrong: boolean): Html | undefined {
  return wrong ? html` aria-invalid="true" aria-describedby="problem"` : undefined
}

function wordsOf(problem: SignInProblem): string {
  switch (problem.type) {
    case 'incorrect':
      return 'The username or the password is not correct.'
    case 'wait':
      return `Too many attempts. Try again in ${problem.seconds} ${problem.seconds === 1 ? 'second' : 'seconds'}.`
    case 'other_account':
      return 'The application asked for another account than the one that you signed in with.'
    case 'provider':
      return PROVIDER_WORDS[problem.why]
  }
}

const PROVIDER_WORDS: Readonly<Record<ProviderProblem['why'], string>> = {
  gone: 'Nobody can sign in that way here.',
  unreachable: 'The identity provider does not answer. Try again in a moment.',
  failed: 'The identity provider did not sign you in.',
  unnamed: 'The identity provider did not say who you are.',
  domain: 'People of your mail domain are not let in here.',
  unknown: 'You are not known here. Ask an administrator.',
  taken: 'Somebody here has your username already. Ask an administrator.',
  disabled: 'Your account is disabled. Ask an administrator.',
}

export interface NewPasswordPage extends FormFrame {
  readonly login: string
  readonly problem?: string
}

/** For a password that has expired: the old one once more, and the new one. */
export function newPasswordPage({
  organization,
  action,
  token,
  login,
  problem,
  formTargets,
}: NewPasswordPage): Page {
  const wrong = problem !== undefined
  return {
    organization,
    title: 'Choose a new password',
    status: wrong ? 400 : 200,
    ...(formTargets === undefined ? {} : { formTargets }),
    body: html`
<p>Your password has expired. Choose another one, and then sign in with it.</p>
${problem === undefined ? undefined : html`<p class="error" id="problem" role="alert">${problem}</p>`}
<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">
<label for="login">Username</label>
<input id="login" name="login" type="text" value="${login}" autocomplete="username" readonly maxlength="256">
<label for="password">Present password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="512"${faulty(wrong)} autofocus>
<label for="new_password">New password</label>
<input id="new_password" name="new_password" type="password" autocomplete="new-password" required minlength="8" maxlength="256" aria-describedby="${wrong ? 'problem ' : ''}rule"${wrong ? html` aria-invalid="true"` : undefined}>
<p class="hint" id="rule">At least 8 characters, without your username.</p>
<button type="submit" name="do" value="new-password">Change password</button>
</form>`,
  }
}
