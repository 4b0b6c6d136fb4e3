import { type Html, html } from './html.ts'
import { name } from './names.ts'
import type { Page } from './page.ts'

export interface ShownSession {
  readonly sid: string
  readonly signedInAt: number
  readonly expiresAt: number
  /** The one of the browser that looks. */
  readonly isThis: boolean
  /** Where and with what it was used last, as far as something was issued in it. */
  readonly ip: string | null
  readonly userAgent: string | null
}

export interface ShownApplication {
  readonly clientId: string
  readonly label: string
  /** What was allowed, where anything was asked. */
  readonly scopes: readonly string[]
  /** Live tokens; a bound where there are very many. */
  readonly tokens: number
}

export interface AccountPage {
  readonly organization: string
  readonly action: string
  readonly token: string
  readonly login: string
  readonly sessions: readonly ShownSession[]
  readonly applications: readonly ShownApplication[]
}

/** What a user sees of the own account: where it is signed in, and what may act for it. */
export function accountPage({
  organization,
  action,
  token,
  login,
  sessions,
  applications,
}: AccountPage): Page {
  const form = (fields: Html, button: Html): Html => html`<form method="post" action="${action}">
<input type="hidden" name="token" value="${token}">${fields}
${button}
</form>`
  return {
    organization,
    title: 'Your account',
    wide: true,
    body: html`
<p>You are signed in as ${name(login)}.</p>
${form(html``, html`<button type="submit" name="do" value="sign-out">Sign out</button>`)}
<h2 id="sessions">Where you are signed in</h2>
<ul class="plain" aria-labelledby="sessions">${sessions.map(
      (session) => html`<li><h3>${session.isThis ? 'This browser' : nameOfAgent(session)}</h3>
<p class="hint">Since ${time(session.signedInAt)}, at most until ${time(session.expiresAt)}${session.ip === null ? undefined : html`, from ${name(session.ip)}`}</p>
${
  session.isThis
    ? undefined
    : form(
        html`<input type="hidden" name="session" value="${session.sid}">`,
        html`<button class="second" type="submit" name="do" value="end-session" aria-label="End the session that began ${spell(session.signedInAt)}">End session</button>`,
      )
}</li>`,
    )}</ul>
<h2 id="applications">Applications with access</h2>
${applications.length === 0 ? html`<p>No application has access in your name.</p>` : undefined}
<ul class="plain" aria-labelledby="applications">${applications.map(
      (application) => html`<li><h3>${name(application.label)}</h3>
<p class="hint">${tokensInWords(application.tokens)}${application.scopes.length === 0 ? undefined : html`; you allowed ${name(application.scopes.join(', '))}`}</p>
${form(
  html`<input type="hidden" name="client" value="${application.clientId}">`,
  html`<button class="second" type="submit" name="do" value="revoke-application">Take access away<span class="unseen"> from ${name(application.label)}</span></button>`,
)}</li>`,
    )}</ul>`,
  }
}

function nameOfAgent({ userAgent }: ShownSession): Html | string {
  return userAgent === null ? 'Another browser' : name(userAgent)
}

function tokensInWords(count: number): string {
  if (count === 0) return 'No token at the moment'
  return count === 1 ? 'One token' : `${count} tokens`
}

function time(milliseconds: number): Html {
  return html`<time datetime="${new Date(milliseconds).toISOString()}">${spell(milliseconds)}</time>`
}

/** In UTC, and saying so: without a script nobody knows where the reader is. */
function spell(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
