import { type Html, html } from './html.ts'
import { name } from './names.ts'
import type { Page } from './page.ts'
import type { FormFrame } from './sign-in-page.ts'

/** A scope as people read it. */
export interface ScopeWords {
  readonly scope: string
  readonly words: string
}

export interface ConsentPage extends FormFrame {
  readonly application: string
  readonly login: string
  /** What the application would learn of the user. */
  readonly aboutYou: readonly ScopeWords[]
  /** What it could do, by API. */
  readonly apis: readonly { readonly name: string; readonly scopes: readonly ScopeWords[] }[]
  /** Where the answer goes: the one thing about an application that it cannot choose freely. */
  readonly destination?: string
}

export function consentPage(page: ConsentPage): Page {
  const { organization, application, login, aboutYou, apis, destination, formTargets } = page
  return {
    organization,
    title: 'Allow access?',
    ...(formTargets === undefined ? {} : { formTargets }),
    body: html`
<p>${name(application)} asks for access in your name. You are signed in as ${name(login)}.</p>
${aboutYou.length === 0 ? undefined : html`<h2>What it learns about you</h2>${list(aboutYou)}`}
${apis.map((api) => html`<h2>What it may do at ${name(api.name)}</h2>${list(api.scopes)}`)}
${destination === undefined ? undefined : html`<p class="hint">You will go on to ${name(destination)}.</p>`}
<form method="post" action="${page.action}">
<input type="hidden" name="token" value="${page.token}">
<button type="submit" name="do" value="allow">Allow</button>
<button class="second" type="submit" name="do" value="deny">Deny</button>
</form>`,
  }
}

function list(scopes: readonly ScopeWords[]): Html {
  return html`<ul class="plain">${scopes.map(({ scope, words }) => html`<li>${name(words)}${words === scope ? undefined : html`<br><span class="scope">${name(scope)}</span>`}</li>`)}</ul>`
}
