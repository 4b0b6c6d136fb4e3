import type { Role } from '../../src/authority/index.ts'
import { addRole } from '../../src/directory/roles-of-users.ts'
import { PASSWORD, type PagesWorld, type Person } from '../oidc/pages/world.ts'
import { Browser, formWith, pageOf, type Shown } from '../support/browser.ts'

/** Somebody with roles in the organization. */
export async function personWith(world: PagesWorld, ...roles: Role[]): Promise<Person> {
  const { authority } = world
  const person = await world.person()
  await authority.store.write({ organizationId: authority.actorA.organizationId }, async (tx) => {
    for (const role of roles) await addRole(tx, authority.actorA, person.id, role, authority.clock.now())
  })
  return person
}

/** A browser at the console. */
export class AtConsole {
  readonly browser: Browser
  readonly #world: Pick<PagesWorld, 'origin'>
  #csrf = ''

  constructor(world: Pick<PagesWorld, 'origin'>) {
    this.#world = world
    this.browser = new Browser(world.origin)
  }

  /** Follows the link of the console's own page and gives the password. @returns where that led */
  async signIn({ login }: Person, to = '/console/users', password = PASSWORD): Promise<Shown> {
    const query = new URLSearchParams({ to })
    const page = await this.askedToSignIn(query)
    const form = formWith(page, 'sign-in')
    const arrived = pageOf(await this.browser.submit(page, form, { login, password, do: 'sign-in' }))
    await this.begin()
    return arrived
  }

  async askedToSignIn(query = new URLSearchParams()): Promise<Shown> {
    return pageOf(await this.browser.open(`${this.#world.origin}/console/sign-in?${query}`))
  }

  /** Reads what the page has to say back with every change, once somebody has come back signed in. */
  async begin(): Promise<void> {
    const { status, body } = await this.session()
    this.#csrf = status === 200 ? String(body.csrf) : ''
  }

  session() {
    return this.fetch('GET', '/console/session')
  }

  /** As a script of the console's page asks. */
  native(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}) {
    return this.fetch(method, `/api/rescind/v1${path}`, body, { ...this.proof(), ...headers })
  }

  proof(): Record<string, string> {
    return { 'sec-fetch-site': 'same-origin', origin: this.#world.origin, 'x-rescind-csrf': this.#csrf }
  }

  async fetch(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
  ) {
    const url = `${this.#world.origin}${path}`
    const response = await fetch(url, {
      method,
      headers: {
        cookie: this.browser.cookiesFor(url),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
}
