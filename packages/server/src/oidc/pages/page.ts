import { type Html, html } from './html.ts'
import { nameText } from './names.ts'
import { STYLE, STYLE_SOURCE } from './style.ts'

/** What a page says; how it looks and under which headers it leaves is the same for all. */
export interface Page {
  readonly title: string
  /** The organization that speaks. */
  readonly organization: string
  readonly body: Html
  /** The HTTP status, 200 where it is left out. */
  readonly status?: number
  readonly wide?: true
  /** Sources beside our own origin that submitting a form of the page may lead to, by way of redirects. */
  readonly formTargets?: readonly string[]
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter?: number
}

/** A page as it leaves. */
export interface RenderedPage {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** For whatever a browser is sent, pages and redirects alike: nothing of it is kept, framed, guessed or passed on. */
export const BROWSER_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** A whole document without a script, under a policy that would run none. */
export function renderPage(page: Page): RenderedPage {
  const { title, organization, body, status = 200, formTargets = [], retryAfter } = page
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${nameText(organization)}</title>
<style>${styleElement}</style>
</head>
<body>
<main${page.wide === undefined ? undefined : html` class="wide"`}>
<p class="organization"><bdi>${nameText(organization)}</bdi></p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
  return {
    status,
    headers: {
      ...BROWSER_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(formTargets),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: document.toString(),
  }
}

/** The style has none of the characters that are escaped, so it passes the template unchanged; a test holds that. */
const styleElement = html`${STYLE}`

function policy(formTargets: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/**
 * How a page's policy names the place that a client's redirect leads to. Chromium holds a form's redirects to
 * `form-action` too, all the way to the client. An address with an IPv6 host cannot be named but by its scheme (CSP3
 * section 2.3.1 knows host names only), nor can one of a scheme that a native application claims.
 */
export function formTarget(redirectUri: string): string | undefined {
  const url = URL.parse(redirectUri)
  if (url === null) return undefined
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  return isWeb && !url.hostname.startsWith('[') ? url.origin : url.protocol
}
