import { createHash, randomBytes } from 'node:crypto'
import { Browser } from '../../support/browser.ts'
import type { Person, TestApi, TestClient } from '../../support/management.ts'
import type { TestNode, TestNodes } from '../../support/nodes.ts'
import { authorize, FULL_SCOPE, obtain } from '../../support/oidc-world.ts'
import type { Moment, Subjects, Thing } from './model.ts'

export interface SignedIn extends Thing {
  readonly person: Person
  readonly browser: Browser
}

export interface HeldToken extends Thing {
  readonly value: string
  readonly client: TestClient
  readonly api: TestApi
  /** What it was exchanged for. */
  readonly parent?: Thing
}

export interface HeldCode extends Thing {
  readonly value: string
  readonly verifier: string
  readonly client: TestClient
  readonly api: TestApi
}

export interface Answered<T> extends Moment {
  readonly value: T
}

interface TokenAnswer {
  readonly error?: string
  readonly access_token?: string
  readonly refresh_token?: string
}

/** The requests of clients, resource servers and administrators, in process, each with its moment. */
export class Traffic {
  readonly #nodes: TestNodes
  readonly #inspector: TestClient
  readonly #apiToken: string
  #now = 0

  constructor(nodes: TestNodes, inspector: TestClient) {
    this.#nodes = nodes
    this.#inspector = inspector
    this.#apiToken = nodes.apiToken
  }

  get nodes(): readonly TestNode[] {
    return this.#nodes.nodes
  }

  /** One of the nodes, by a number that chance gave. */
  node(chance: number): TestNode {
    const { nodes } = this.#nodes
    return nodes[chance % nodes.length] ?? nodes[0]
  }

  /** @param sent is told of the moment before the request leaves: it has no end until the answer is there */
  async timed<T>(work: () => Promise<T>, sent?: (moment: Moment) => void): Promise<Answered<T>> {
    this.#now += 1
    const moment = { start: this.#now, end: Number.POSITIVE_INFINITY }
    sent?.(moment)
    const value = await work()
    this.#now += 1
    moment.end = this.#now
    return { ...moment, value }
  }

  token(node: TestNode, client: TestClient, api: TestApi, form: Readonly<Record<string, string>>) {
    return this.timed(async (): Promise<TokenAnswer> => {
      const reply = await node.app.inject({
        method: 'POST',
        url: `${pathOf(api.issuer)}/v1/token`,
        headers: { authorization: basic(client), 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(form).toString(),
      })
      if (reply.statusCode >= 500) throw new Error(`token endpoint: ${reply.statusCode} ${reply.body}`)
      return reply.json()
    })
  }

  /** What the authority says of a token, with the names that it gives it. */
  introspect(node: TestNode, { value, api }: Pick<HeldToken, 'value' | 'api'>) {
    return this.timed(async (): Promise<Readonly<Record<string, unknown>>> => {
      const reply = await node.app.inject({
        method: 'POST',
        url: `${pathOf(api.issuer)}/v1/introspect`,
        headers: {
          authorization: basic(this.#inspector),
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: new URLSearchParams({ token: value }).toString(),
      })
      if (reply.statusCode !== 200) throw new Error(`introspection: ${reply.statusCode} ${reply.body}`)
      return reply.json()
    })
  }

  /** The scopes that a target names, as the native API asks for them. */
  revoke(node: TestNode, target: Readonly<Record<string, string>>, sent: (asked: Moment) => void) {
    return this.timed(async () => {
      const reply = await node.app.inject({
        method: 'POST',
        url: '/api/rescind/v1/revocations',
        headers: { authorization: `SSWS ${this.#apiToken}` },
        payload: { target, reason: 'test' },
      })
      if (reply.statusCode >= 300) throw new Error(`revocation: ${reply.statusCode} ${reply.body}`)
    }, sent)
  }

  /** A code in a session that is there already, or what was said instead. */
  async quietCode(
    node: TestNode,
    { browser, subjects }: SignedIn,
    client: TestClient,
    api: TestApi,
  ): Promise<Answered<{ readonly error: string } | { readonly code: Omit<HeldCode, 'issued'> }>> {
    const verifier = randomBytes(32).toString('base64url')
    const url = new URL(`${api.issuer}/v1/authorize`)
    url.search = new URLSearchParams({
      client_id: client.clientId,
      redirect_uri: client.redirectUri,
      response_type: 'code',
      scope: 'openid orders:read',
      prompt: 'none',
      resource: api.identifier,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString()
    return this.timed(async () => {
      const reply = await node.app.inject({
        url: `${url.pathname}${url.search}`,
        headers: { cookie: browser.cookiesFor(url) },
      })
      const location = URL.parse(reply.headers.location ?? '')
      if (location === null) throw new Error(`authorize: ${reply.statusCode} ${reply.body}`)
      const [code, error] = [location.searchParams.get('code'), location.searchParams.get('error')]
      if (code === null) return { error: String(error) }
      const own: Subjects = { ...subjects, client: client.clientId, api: api.identifier, issuer: api.issuer }
      return { code: { value: code, verifier, client, api, subjects: own } }
    })
  }

  /** Signs a person in anew, by the pages. */
  async signIn(person: Person, client: TestClient, api: TestApi): Promise<SignedIn> {
    const browser = new Browser(api.issuer)
    const answered = await this.timed(() => authorize({ client, api, person, browser, scope: 'openid' }))
    const tokens = await this.timed(() =>
      obtain({ client, api, person, browser, scope: 'openid orders:read' }),
    )
    const { value } = await this.introspect(this.node(0), { value: tokens.value.access, api })
    const subjects = { user: person.id, session: String(value.sid) }
    return { person, browser, subjects, issued: { start: answered.start, end: answered.end } }
  }

  /** The first refresh token of a new family. */
  async family({ person, browser }: SignedIn, client: TestClient, api: TestApi): Promise<HeldToken> {
    const { value, start, end } = await this.timed(() =>
      obtain({ client, api, person, browser, scope: FULL_SCOPE }),
    )
    const named = await this.introspect(this.node(0), { value: value.access, api })
    const subjects = this.subjectsOf(named.value, client, api)
    return { value: value.refresh ?? '', client, api, subjects, issued: { start, end } }
  }

  subjectsOf(named: Readonly<Record<string, unknown>>, client: TestClient, api: TestApi): Subjects {
    const { uid, sid, grant } = named
    return {
      client: client.clientId,
      api: api.identifier,
      issuer: api.issuer,
      ...(typeof uid === 'string' ? { user: uid } : {}),
      ...(typeof sid === 'string' ? { session: sid } : {}),
      ...(typeof grant === 'string' ? { grant } : {}),
    }
  }
}

function pathOf(issuer: string): string {
  return new URL(issuer).pathname
}

function basic({ clientId, secret }: TestClient): string {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
}
