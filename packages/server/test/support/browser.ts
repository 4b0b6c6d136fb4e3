/** A form of a page, as a browser without scripts sees it. */
export interface Form {
  readonly action: string
  /** What is hidden in it or filled in already. */
  readonly fields: Readonly<Record<string, string>>
  /** Its buttons by value where they are called `do`, by name otherwise. */
  readonly buttons: readonly string[]
}

/** What a browser shows: the last answer, and where it came from. */
export interface Shown {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly html: string
  readonly forms: readonly Form[]
}

/** Where a walk through pages ended: on a page, or on the way to another site. */
export type Arrived = { readonly page: Shown } | { readonly left: URL }

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

const MOST_REDIRECTS = 10

/**
 * A browser with its cookies that runs no scripts, at one site: it follows redirects within the site and stops at
 * the first that leads elsewhere, as at the address of a client.
 *
 * @param route where requests go instead, such as to another node of the same authority
 */
export class Browser {
  readonly #cookies = new Map<string, Cookie>()
  readonly #site: string
  readonly #route: (url: URL) => URL

  constructor(site: string, route: (url: URL) => URL = (url) => url) {
    this.#site = new URL(site).origin
    this.#route = route
  }

  open(url: URL | string): Promise<Arrived> {
    return this.#go(new URL(url), { method: 'GET' })
  }

  /** Sends a form as its page would: same-origin, with the fields that the person fills in. */
  submit(page: Shown, form: Form, filledIn: Readonly<Record<string, string>> = {}): Promise<Arrived> {
    return this.#go(new URL(form.action, page.url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ ...form.fields, ...filledIn }).toString(),
    })
  }

  /** `Cookie` as this browser sends it to an address. */
  cookiesFor(url: URL | string): string {
    const { pathname } = new URL(url)
    return [...this.#cookies.values()]
      .filter(({ path }) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  async #go(target: URL, request: RequestInit): Promise<Arrived> {
    let [url, init] = [target, request]
    for (let redirects = 0; redirects < MOST_REDIRECTS; redirects += 1) {
      if (url.origin !== this.#site) return { left: url }
      const cookie = this.cookiesFor(url)
      const headers = new Headers(init.headers)
      if (cookie !== '') headers.set('cookie', cookie)
      const response = await fetch(this.#route(url), { ...init, headers, redirect: 'manual' })
      this.#keep(url, response.headers)
      const location = response.headers.get('location')
      if (location === null || response.status < 300 || response.status >= 400) {
        const html = await response.text()
        const { status, headers: answered } = response
        return { page: { url: url.href, status, headers: answered, html, forms: formsOf(html) } }
      }
      await response.body?.cancel()
      url = new URL(location, url)
      // RFC 9110 section 15.4.4: what follows a form is fetched, not posted.
      init = { method: 'GET' }
    }
    throw new Error('redirected in a circle')
  }

  #keep(url: URL, headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const [name = '', value = ''] = splitOnce(pair, '=')
      const told = new Map(attributes.map((attribute) => splitOnce(attribute.toLowerCase(), '=')))
      const pathAttribute = attributes.find((attribute) => /^path=/i.test(attribute))
      const path = pathAttribute?.slice('path='.length) ?? url.pathname.replace(/\/[^/]*$/, '') ?? '/'
      const key = `${name} ${path}`
      const expires = told.get('expires')
      const isGone =
        told.get('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now())
      if (isGone || value === '') this.#cookies.delete(key)
      else this.#cookies.set(key, { name, value, path: path === '' ? '/' : path })
    }
  }
}

/** The page at which a walk ended. @throws Error where it left the site */
export function pageOf(arrived: Arrived): Shown {
  if ('page' in arrived) return arrived.page
  throw new Error(`left for ${arrived.left.href}`)
}

/** Where a walk left the site for. @throws Error with the page's text where it did not */
export function leftFor(arrived: Arrived): URL {
  if ('left' in arrived) return arrived.left
  throw new Error(`stayed at ${arrived.page.url} (${arrived.page.status}): ${wordsOf(arrived.page)}`)
}

/** What a person reads on a page. */
export function wordsOf({ html }: Shown): string {
  const body = html.replace(/^.*<body[^>]*>/s, '').replaceAll(/<style.*?<\/style>/gs, '')
  return decode(body.replaceAll(/<[^>]+>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The form that has a button of this value. @throws Error where there is none */
export function formWith(page: Shown, button: string): Form {
  const form = page.forms.find(({ buttons }) => buttons.includes(button))
  if (form === undefined)
    throw new Error(`no button "${button}" at ${page.url} (${page.status}): ${wordsOf(page)}`)
  return form
}

export function isSignInPage({ forms }: Shown): boolean {
  return forms.some(({ buttons }) => buttons.includes('sign-in'))
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = '', inside = '']) => {
    const inputs = [...inside.matchAll(/<input\b([^>]*)>/g)].map(([, text = '']) => attributesOf(text))
    const buttons = [...inside.matchAll(/<button\b([^>]*)>/g)].map(([, text = '']) => attributesOf(text))
    return {
      action: attributesOf(attributes).get('action') ?? '',
      fields: Object.fromEntries(inputs.map((input) => [input.get('name') ?? '', input.get('value') ?? ''])),
      buttons: buttons.map(
        (button) => (button.get('name') === 'do' ? button.get('value') : button.get('name')) ?? '',
      ),
    }
  })
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decode(value)]),
  )
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function decode(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_match, name: string) => ENTITIES[name] ?? '')
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)]
}
