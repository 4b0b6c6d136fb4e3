/** Where a browser is: an address, and the page there unless it left for the application. */
export interface Visited {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * The part of a browser that pages without scripts need: cookies with their paths, redirects, forms. It stops at the
 * application's address, and shows what is sent rather than what is seen.
 */
export class UserAgent {
  readonly #callback: string
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>()
  #at: Visited | undefined

  constructor(callback: string) {
    this.#callback = new URL(callback).origin
  }

  /** The page shown. */
  get page(): Visited {
    if (this.#at === undefined) throw new Error('no page has been visited')
    return this.#at
  }

  /** What the page says, without its markup. */
  get words(): string {
    const [, main = ''] = this.page.text.split('<main')
    return main.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
  }

  /** Every `Set-Cookie` that is kept, by name. */
  cookie(name: string): string | undefined {
    return [...this.#cookies].find(([key]) => key.startsWith(`${name}|`))?.[1].value
  }

  copy(): UserAgent {
    const copy = new UserAgent(this.#callback)
    for (const [name, cookie] of this.#cookies) copy.#cookies.set(name, cookie)
    copy.#at = this.#at
    return copy
  }

  get(url: string): Promise<Visited> {
    return this.#go(url, { method: 'GET' })
  }

  /** Fills the first form that has the fields, keeps its hidden ones, and sends it. */
  submit(
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
  ): Promise<Visited> {
    const { action, hidden } = this.form(Object.keys(fields))
    return this.post(new URL(action, this.page.url).href, { ...hidden, ...fields }, headers)
  }

  post(
    url: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
  ): Promise<Visited> {
    return this.#go(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
  }

  form(fields: readonly string[]): { action: string; hidden: Record<string, string> } {
    const forms = [...this.page.text.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)]
    const form = forms.find(([, , content = '']) =>
      fields.every((name) => content.includes(`name="${name}"`)),
    )
    if (form === undefined) throw new Error(`no form with ${fields}: ${this.page.status} ${this.words}`)
    const [, action = '', content = ''] = form
    const inputs = [...content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
    return { action, hidden: Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value])) }
  }

  async #go(
    url: string,
    init: RequestInit & { readonly headers?: Record<string, string> },
  ): Promise<Visited> {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...init.headers, cookie: this.#cookiesFor(new URL(url).pathname) },
    })
    this.#keep(response.headers.getSetCookie(), new URL(url).pathname)
    const location = response.headers.get('location')
    const { status, headers } = response
    this.#at = { url, status, headers, text: await response.text() }
    if (location === null) return this.#at
    const next = new URL(location, url)
    if (next.origin !== this.#callback) return this.#go(next.href, { method: 'GET' })
    this.#at = { url: next.href, status, headers, text: '' }
    return this.#at
  }

  #cookiesFor(pathname: string): string {
    return [...this.#cookies]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path === '/' ? '/' : `${path}/`))
      .map(([key, { value }]) => `${key.split('|')[0]}=${value}`)
      .join('; ')
  }

  #keep(cookies: readonly string[], pathname: string): void {
    for (const cookie of cookies) {
      const [pair = '', ...attributes] = cookie.split(/; ?/)
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(name.length + 1)
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? pathname
      const isGone =
        value === '' || attributes.some((attribute) => /^expires=Thu, 01 Jan 1970/i.test(attribute))
      if (isGone) this.#cookies.delete(`${name}|${path}`)
      else this.#cookies.set(`${name}|${path}`, { value, path })
    }
  }
}
