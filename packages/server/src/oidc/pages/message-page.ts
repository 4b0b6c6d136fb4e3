import { type Html, html } from './html.ts'
import type { Page } from './page.ts'

/** A page that only says something. */
export function messagePage(
  organization: string,
  title: string,
  words: readonly string[],
  status = 200,
): Page {
  const lines: readonly Html[] = words.map((line) => html`<p>${line}</p>`)
  return { organization, title, status, body: html`${lines}` }
}

/** For an interaction that is over, was never begun in this browser, or rests on what has been revoked. */
export function expiredPage(organization: string): Page {
  return messagePage(
    organization,
    'This page has expired',
    ['The request was answered already, took too long, or was begun in another browser.', START_AGAIN],
    400,
  )
}

/** For a form that did not come from the page that it belongs to. */
export function forgedPage(organization: string): Page {
  return messagePage(
    organization,
    'Nothing was changed',
    ['This form did not come from its own page, so it was not accepted.', START_AGAIN],
    403,
  )
}

const START_AGAIN = 'Go back to the application, and start again.'
