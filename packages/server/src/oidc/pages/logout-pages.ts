import { html } from './html.ts'
import { name } from './names.ts'
import type { Page } from './page.ts'

export interface SignOutPage {
  readonly organization: string
  readonly action: string
  readonly xsrf: string
  /** The application that asks, where it says so. */
  readonly application?: string
  readonly formTargets: readonly string[]
}

/** Asks before a sign-out that an application has begun (OpenID Connect RP-Initiated Logout section 2). */
export function signOutPage({ organization, action, xsrf, application, formTargets }: SignOutPage): Page {
  const asking =
    application === undefined
      ? 'You are about to sign out.'
      : html`${name(application)} asks to sign you out.`
  return {
    organization,
    title: 'Sign out?',
    formTargets,
    body: html`
<p>${asking} This ends your session here, and at every application that you signed in to with it.</p>
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<button type="submit" name="logout" value="yes">Sign out</button>
<button class="second" type="submit">Stay signed in</button>
</form>`,
  }
}
