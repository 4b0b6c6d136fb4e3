import { html } from './html.ts'
import { name } from './names.ts'
import type { Page } from './page.ts'

export interface UserCodePage {
  readonly organization: string
  readonly action: string
  /** The library's proof that the form is ours. */
  readonly xsrf: string
  readonly code: string
  readonly problem?: string
  readonly status?: number
  readonly retryAfter?: number
}

/** Where somebody types the code that a device shows (RFC 8628 section 3.3). */
export function userCodePage(page: UserCodePage): Page {
  const { organization, action, xsrf, code, problem, status, retryAfter } = page
  return {
    organization,
    title: 'Connect a device',
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    body: html`
<p>Type the code that your device shows.</p>
${problem === undefined ? undefined : html`<p class="error" id="problem" role="alert">${problem}</p>`}
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<label for="user_code">Code</label>
<input class="code" id="user_code" name="user_code" type="text" value="${code}" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="32"${problem === undefined ? undefined : html` aria-invalid="true" aria-describedby="problem"`} autofocus>
<button type="submit">Continue</button>
</form>`,
  }
}

export interface UserCodeConfirmPage {
  readonly organization: string
  readonly action: string
  readonly xsrf: string
  readonly code: string
  readonly application: string
  /** Where the device asked from. */
  readonly source: string | undefined
}

/** Whether the device is really the one before the person (RFC 8628 section 5.4). */
export function userCodeConfirmPage(page: UserCodeConfirmPage): Page {
  const { organization, action, xsrf, code, application, source } = page
  return {
    organization,
    title: 'Is this your device?',
    body: html`
<p>${name(application)} on a device asks to be connected to your account. Go on only if the device before you shows this code:</p>
<p class="code-shown">${name(code)}</p>
${source === undefined ? undefined : html`<p class="hint">The device asked from ${name(source)}.</p>`}
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}">
<input type="hidden" name="user_code" value="${code}">
<button type="submit" name="confirm" value="yes">Continue</button>
<button class="second" type="submit" name="abort" value="yes">It is not mine</button>
</form>`,
  }
}
