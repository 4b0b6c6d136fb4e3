import {
  createApiBeside,
  createClient,
  createPerson,
  createServer,
  Management,
  type Person,
  type TestApi,
  type TestClient,
} from '../../support/management.ts'
import type { TestNodes } from '../../support/nodes.ts'
import { Chance } from './chance.ts'
import { Model, type Subjects, type Thing } from './model.ts'
import { type HeldCode, type HeldToken, type SignedIn, Traffic } from './traffic.ts'

/** At most so many are kept of each kind. */
const KEPT = 24

/** Requests of every kind against revocations of every scope, in rounds that begin together. */
export class Rounds {
  readonly #traffic: Traffic
  readonly #chance: Chance
  readonly #model = new Model()
  readonly #apis: readonly TestApi[]
  readonly #clients: readonly TestClient[]
  readonly #services: readonly TestClient[]
  readonly #people: readonly Person[]
  readonly #sessions = new Map<string, SignedIn>()
  #access: HeldToken[] = []
  #refresh: HeldToken[] = []
  /** What there was to refresh when the round began: to be revoked while it is exchanged. */
  #families: readonly HeldToken[] = []
  #codes: HeldCode[] = []
  /** Refresh tokens that somebody has begun to exchange: they are not active any more, or soon will not be. */
  readonly #spent = new Set<HeldToken>()
  /** How often each thing happened, to show that all of it did. */
  readonly seen = new Map<string, number>()

  private constructor(parts: {
    traffic: Traffic
    chance: Chance
    apis: readonly TestApi[]
    clients: readonly TestClient[]
    services: readonly TestClient[]
    people: readonly Person[]
  }) {
    this.#traffic = parts.traffic
    this.#chance = parts.chance
    this.#apis = parts.apis
    this.#clients = parts.clients
    this.#services = parts.services
    this.#people = parts.people
  }

  static async open(nodes: TestNodes, seed: number): Promise<Rounds> {
    const admin = new Management(nodes.publicUrl, nodes.apiToken)
    const inspector = await createClient(admin, { type: 'service', method: 'client_secret_basic' })
    const [jwt, opaque] = [await createServer(admin, 'jwt'), await createServer(admin, 'opaque')]
    return new Rounds({
      traffic: new Traffic(nodes, inspector),
      chance: new Chance(seed),
      apis: [jwt, await createApiBeside(admin, jwt), opaque, await createApiBeside(admin, opaque)],
      clients: [await createClient(admin), await createClient(admin)],
      services: [
        await createClient(admin, { type: 'service', method: 'client_secret_basic' }),
        await createClient(admin, { type: 'service', method: 'client_secret_basic' }),
      ],
      people: [await createPerson(admin), await createPerson(admin)],
    })
  }

  /** One round: a few requests at once, then everything that was touched is asked for once more. */
  async run(): Promise<void> {
    await this.#refill()
    this.#families = [...this.#refresh]
    const works = Array.from({ length: 6 + this.#chance.below(8) }, () => this.#work())
    // At least one revocation in most rounds: without one there is nothing to race.
    if (this.#chance.below(8) > 0) works.push(this.#revocation())
    const turns = works.map(() => this.#chance.below(12))
    const touched = await Promise.all(
      works.map(async (work, place) => {
        for (let turn = turns[place] ?? 0; turn > 0; turn -= 1)
          await new Promise((resolve) => setImmediate(resolve))
        return work()
      }),
    )
    for (const token of [
      ...new Set([...touched.flat(), ...this.#some(this.#access), ...this.#some(this.#refresh)]),
    ])
      await this.#introspect(token)
    this.#access = this.#keep(this.#access)
    this.#refresh = this.#keep(this.#refresh)
    this.#codes = this.#keep(this.#codes)
  }

  /** The good ones, and now and then one that may be void, to be tried again. */
  #keep<T extends Thing>(things: readonly T[]): T[] {
    return things
      .filter(
        (thing) => !this.#model.mayBeVoid(thing, Number.POSITIVE_INFINITY) || this.#chance.below(4) === 0,
      )
      .slice(-KEPT)
  }

  #some(tokens: readonly HeldToken[]): HeldToken[] {
    return tokens.length === 0 ? [] : [this.#chance.pick(tokens), this.#chance.pick(tokens)]
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }

  /** Between rounds, so that there is always something to refresh and somebody signed in. */
  async #refill(): Promise<void> {
    for (const person of this.#people) {
      const known = this.#sessions.get(person.id)
      if (known === undefined || this.#model.mayBeVoid(known, Number.POSITIVE_INFINITY))
        this.#sessions.set(
          person.id,
          await this.#traffic.signIn(person, this.#chance.pick(this.#clients), this.#chance.pick(this.#apis)),
        )
    }
    while (this.#refresh.length < 4) {
      const client = this.#chance.pick(this.#clients)
      this.#refresh.push(await this.#traffic.family(this.#session(), client, this.#chance.pick(this.#apis)))
    }
  }

  #session(): SignedIn {
    return this.#chance.pick([...this.#sessions.values()])
  }

  /** Chooses now, by chance alone; what is chosen happens later. Tells which tokens it touched. */
  #work(): () => Promise<readonly HeldToken[]> {
    const node = this.#traffic.node(this.#chance.below(1_000))
    switch (this.#chance.below(6)) {
      case 0: {
        const [client, api] = [this.#chance.pick(this.#services), this.#chance.pick(this.#apis)]
        return () => this.#issue(node, client, api)
      }
      case 1:
      case 2: {
        const token = this.#chance.take(this.#refresh)
        // Sometimes two at once with the same one: at most one of them may have the successor.
        const twice = this.#chance.below(4) === 0
        if (token === undefined) return async () => []
        this.#spent.add(token)
        return () => this.#exchangeRefresh(token, twice ? 2 : 1)
      }
      case 3: {
        const [session, client, api] = [
          this.#session(),
          this.#chance.pick(this.#clients),
          this.#chance.pick(this.#apis),
        ]
        return () => this.#authorize(node, session, client, api)
      }
      case 4: {
        const code = this.#chance.take(this.#codes)
        return code === undefined ? async () => [] : () => this.#exchangeCode(node, code)
      }
      default: {
        const tokens = [...this.#access, ...this.#refresh]
        if (tokens.length === 0) return async () => []
        const token = this.#chance.pick(tokens)
        return async () => {
          await this.#introspect(token)
          return []
        }
      }
    }
  }

  async #issue(
    node: ReturnType<Traffic['node']>,
    client: TestClient,
    api: TestApi,
  ): Promise<readonly HeldToken[]> {
    const form = { grant_type: 'client_credentials', scope: 'orders:read', resource: api.identifier }
    const { value, start, end } = await this.#traffic.token(node, client, api, form)
    const subjects = { client: client.clientId, api: api.identifier, issuer: api.issuer }
    const issued = { start, end }
    if (value.access_token === undefined) {
      // Born void, it was started again with fresh knowledge; only a second cutoff in its way may refuse it.
      this.#claim(this.#model.overlapping({ subjects, issued }, issued) > 1, 'a client got no token', value)
      return []
    }
    this.#count('issued')
    return [this.#hold({ value: value.access_token, client, api, subjects, issued })]
  }

  async #exchangeRefresh(token: HeldToken, times: number): Promise<readonly HeldToken[]> {
    const form = { grant_type: 'refresh_token', refresh_token: token.value, resource: token.api.identifier }
    const answers = await Promise.all(
      Array.from({ length: times }, () =>
        this.#traffic.token(this.#traffic.node(this.#chance.below(1_000)), token.client, token.api, form),
      ),
    )
    const won = answers.filter(({ value }) => value.access_token !== undefined)
    this.#claim(won.length <= 1, 'a refresh token has two successors', token.subjects)
    if (won.length === 0) {
      const end = Math.max(...answers.map((answer) => answer.end))
      this.#claim(this.#model.mayBeVoid(token, end), 'a good refresh token was refused', answers)
      this.#count('refresh refused')
    }
    return won.flatMap(({ value, start, end }) => {
      this.#claim(!this.#model.mustBeVoid(token, start), 'a void refresh token was exchanged', token.subjects)
      this.#count('refreshed')
      const issued = { start, end }
      const next = { client: token.client, api: token.api, subjects: token.subjects, issued, parent: token }
      const successor: HeldToken = { ...next, value: value.refresh_token ?? '' }
      this.#refresh.push(successor)
      return [this.#hold({ ...next, value: value.access_token ?? '' }), successor]
    })
  }

  async #authorize(
    node: ReturnType<Traffic['node']>,
    session: SignedIn,
    client: TestClient,
    api: TestApi,
  ): Promise<readonly HeldToken[]> {
    const { value, start, end } = await this.#traffic.quietCode(node, session, client, api)
    if ('error' in value) {
      this.#claim(this.#model.mayBeVoid(session, end), 'a good session was refused', {
        value,
        session,
        start,
        end,
      })
      this.#count('session refused')
      return []
    }
    this.#claim(!this.#model.mustBeVoid(session, start), 'a void session gave a code', session.subjects)
    this.#count('authorized')
    this.#codes.push({ ...value.code, issued: { start, end } })
    return []
  }

  async #exchangeCode(node: ReturnType<Traffic['node']>, code: HeldCode): Promise<readonly HeldToken[]> {
    const { client, api, subjects } = code
    const { value, start, end } = await this.#traffic.token(node, client, api, {
      grant_type: 'authorization_code',
      code: code.value,
      redirect_uri: client.redirectUri,
      code_verifier: code.verifier,
    })
    if (value.access_token === undefined) {
      this.#claim(this.#model.mayBeVoid(code, end), 'a good code was refused', value)
      this.#count('code refused')
      return []
    }
    this.#claim(!this.#model.mustBeVoid(code, start), 'a void code was exchanged', subjects)
    this.#count('code exchanged')
    return [
      this.#hold({ value: value.access_token, client, api, subjects, issued: { start, end }, parent: code }),
    ]
  }

  /** A single access token can be named by its value. */
  #hold(token: HeldToken): HeldToken {
    const held = { ...token, subjects: { ...token.subjects, token: token.value } }
    this.#access.push(held)
    return held
  }

  async #introspect(token: HeldToken, node = this.#traffic.node(this.#chance.below(1_000))): Promise<void> {
    const { value, start, end } = await this.#traffic.introspect(node, token)
    const isActive = value.active === true
    this.#count(isActive ? 'active' : 'inactive')
    if (isActive)
      this.#claim(
        !this.#model.mustBeVoid(token, start, token.parent),
        'a void token is active',
        token.subjects,
      )
    else if (!this.#spent.has(token))
      this.#claim(this.#model.mayBeVoid(token, end), 'a good token is inactive', token.subjects)
  }

  #revocation(): () => Promise<readonly HeldToken[]> {
    const node = this.#traffic.node(this.#chance.below(1_000))
    const { asked, target, touched } = this.#target()
    return async () => {
      // Known to the model before it is sent: it takes effect on others before its own answer is there.
      await this.#traffic.revoke(node, asked, (moment) => this.#model.revoked({ target, asked: moment }))
      this.#count(`revoked ${asked.type}`)
      // At once and everywhere: another node must not need the time that news take.
      await Promise.all(
        this.#traffic.nodes.flatMap((other) => touched.map((token) => this.#introspect(token, other))),
      )
      return touched
    }
  }

  #target(): {
    readonly asked: Readonly<Record<string, string>>
    readonly target: Subjects
    readonly touched: readonly HeldToken[]
  } {
    const tokens = this.#access.filter(({ subjects }) => subjects.token !== undefined)
    const token = tokens.length === 0 ? undefined : this.#chance.pick(tokens)
    const family = this.#chance.pick(this.#families)
    const client = this.#chance.pick([...this.#clients, ...this.#services])
    const person = this.#chance.pick(this.#people)
    const api = this.#chance.pick(this.#apis)
    const session = this.#session()
    const touched: readonly HeldToken[] = [family]
    const which = this.#chance.below(23)
    if (which < 5 && token !== undefined) {
      const { value } = token
      return { asked: { type: 'token', token: value }, target: { token: value }, touched: [token] }
    }
    if (which < 9) {
      const { grant = '' } = family.subjects
      return { asked: { type: 'grant', id: grant }, target: { grant }, touched }
    }
    if (which < 13)
      return {
        asked: { type: 'application', id: client.clientId },
        target: { client: client.clientId },
        touched,
      }
    if (which < 16) {
      const asked = { type: 'user_application', user: person.id, application: client.clientId }
      return { asked, target: { user: person.id, client: client.clientId }, touched }
    }
    if (which < 19)
      return { asked: { type: 'api', id: api.identifier }, target: { api: api.identifier }, touched }
    if (which < 20) {
      const { session: sid = '' } = session.subjects
      return { asked: { type: 'session', id: sid }, target: { session: sid }, touched }
    }
    if (which < 22) return { asked: { type: 'user', id: person.id }, target: { user: person.id }, touched }
    // Not the organization: that ends this administrator's API token as well (`scope-table.ts` tries it).
    const asked = { type: 'authorization_server', id: api.serverId }
    return { asked, target: { issuer: api.issuer }, touched }
  }

  #claim(holds: boolean, what: string, about: unknown): void {
    if (!holds) throw new Error(`${what}: ${JSON.stringify(about)}`)
  }
}
