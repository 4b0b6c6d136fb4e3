import { generateKeyPairSync } from 'node:crypto'
import { Type } from 'typebox'
import {
  API_KEYS,
  APPLICATIONS,
  CLIENT_KEYS,
  IDENTIFIED,
  type KillApi,
  ONE_KEY,
  SERVERS,
  type ShownKey,
} from './http-kill-api.ts'
import type { Effect, Ledger } from './http-kill-ledger.ts'
import { MARK, ROTATED } from './http-kill-observe.ts'
import type { Random } from './http-kill-random.ts'

/** One client of the server. It waits for each answer before it asks again. */
export interface Writer {
  /** Learns after a restart what there is, and compares it with what was acknowledged. */
  recover(api: KillApi): Promise<void>
  /** Asks for one change. */
  step(api: KillApi): Promise<void>
}

interface WriterContext {
  readonly name: string
  readonly random: Random
  readonly ledger: Ledger
}

const Nothing = Type.Undefined()
const Anything = Type.Unknown()

/** The whole company of writers, each with things of its own. */
export function writers(random: Random, ledger: Ledger): readonly Writer[] {
  const context = (name: string): WriterContext => ({ name: `${MARK}${name}`, random: random.fork(), ledger })
  return [
    new ClientKeyWriter(context('client-keys-1')),
    new ClientKeyWriter(context('client-keys-2')),
    new ClientKeyWriter(context('client-keys-3')),
    new ApiKeyWriter(context('api-keys-1')),
    new ApiKeyWriter(context('api-keys-2')),
    new ApplicationWriter(context('applications')),
    new UserWriter(context('users')),
    new RotationWriter({ ...context('rotation'), name: ROTATED }),
  ]
}

const application = (label: string) => ({
  name: 'oidc_client',
  label,
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
  settings: {
    oauthClient: {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
    },
  },
})

/** What both rings of keys have in common: keys that are added, activated, deactivated and deleted. */
abstract class KeyWriter implements Writer {
  protected readonly context: WriterContext
  #owner: string | undefined
  #keys: readonly ShownKey[] = []
  #count = 0

  constructor(context: WriterContext) {
    this.context = context
  }

  protected abstract findOwner(api: KillApi): Promise<string | undefined>
  protected abstract createOwner(api: KillApi): Promise<string>
  protected abstract list(api: KillApi, owner: string): Promise<readonly ShownKey[]>
  protected abstract path(owner: string): string
  protected abstract newKey(kid: string): { readonly [member: string]: string }
  protected abstract readonly noun: string
  protected abstract readonly limit: number
  /** Whether a key that becomes ACTIVE takes the place of the one that was. */
  protected abstract readonly oneActive: boolean

  async recover(api: KillApi): Promise<void> {
    this.#owner = await this.findOwner(api)
    this.#keys = this.#owner === undefined ? [] : await this.list(api, this.#owner)
    for (const { kid, status } of this.#keys) {
      const { state } = this.context.ledger.standing(this.#subject(kid))
      if (state !== status) throw new Error(`${this.#subject(kid)} is shown ${status}, acknowledged ${state}`)
    }
  }

  async step(api: KillApi): Promise<void> {
    this.#owner ??= await this.createOwner(api)
    const key = this.context.random.pick(this.#keys)
    const wantsMore = this.#keys.length < this.limit && this.context.random.next() < 0.4
    if (key === undefined || wantsMore) return this.#add(api, this.#owner)
    if (key.status === 'ACTIVE') return this.#move(api, this.#owner, key, 'deactivate')
    if (this.context.random.next() < 0.5) return this.#move(api, this.#owner, key, 'activate')
    return this.#delete(api, this.#owner, key)
  }

  async #add(api: KillApi, owner: string): Promise<void> {
    this.#count += 1
    const kid = `${this.context.name}-${this.#count}-${this.context.random.between(1, 1e9)}`
    const status = this.oneActive || this.context.random.next() < 0.5 ? 'INACTIVE' : 'ACTIVE'
    const kinds = status === 'ACTIVE' ? ['key.published', 'key.activated'] : ['key.published']
    const added = await api.change(
      [{ subject: this.#subject(kid), kinds, state: status }],
      { method: 'POST', path: this.path(owner), body: { ...this.newKey(kid), kid, status } },
      { status: 201, schema: ONE_KEY },
    )
    this.#keys = [...this.#keys, added]
  }

  async #move(api: KillApi, owner: string, key: ShownKey, verb: 'activate' | 'deactivate'): Promise<void> {
    const status = verb === 'activate' ? 'ACTIVE' : 'INACTIVE'
    const former =
      this.oneActive && verb === 'activate' ? this.#keys.filter((one) => one.status === 'ACTIVE') : []
    const effects: Effect[] = [
      ...former.map(({ kid }) => ({
        subject: this.#subject(kid),
        kinds: ['key.retired'],
        state: 'INACTIVE',
      })),
      {
        subject: this.#subject(key.kid),
        kinds: [verb === 'activate' ? 'key.activated' : 'key.retired'],
        state: status,
      },
    ]
    await api.change(
      effects,
      { method: 'POST', path: `${this.path(owner)}/${key.id}/lifecycle/${verb}` },
      { status: 200, schema: Anything },
    )
    const retired = new Set(former.map(({ id }) => id))
    this.#keys = this.#keys.map((one) => {
      if (one.id === key.id) return { ...one, status }
      return retired.has(one.id) ? { ...one, status: 'INACTIVE' } : one
    })
  }

  async #delete(api: KillApi, owner: string, key: ShownKey): Promise<void> {
    await api.change(
      [{ subject: this.#subject(key.kid), kinds: ['key.deleted'], state: 'absent' }],
      { method: 'DELETE', path: `${this.path(owner)}/${key.id}` },
      { status: 204, schema: Nothing },
    )
    this.#keys = this.#keys.filter(({ id }) => id !== key.id)
  }

  #subject(kid: string): string {
    return `${this.noun} ${this.context.name} ${kid}`
  }
}

class ClientKeyWriter extends KeyWriter {
  protected override readonly noun = 'client key'
  protected override readonly limit = 8
  protected override readonly oneActive = false

  protected override findOwner(api: KillApi): Promise<string | undefined> {
    return findApplication(api, this.context.name)
  }

  protected override createOwner(api: KillApi): Promise<string> {
    return createApplication(api, this.context.name)
  }

  protected override async list(api: KillApi, owner: string): Promise<readonly ShownKey[]> {
    return (await api.get(this.path(owner), CLIENT_KEYS)).keys
  }

  protected override path(owner: string): string {
    return `/api/v1/apps/${owner}/credentials/jwks`
  }

  protected override newKey() {
    const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
      format: 'jwk',
    })
    return { kty: 'EC', crv: 'P-256', use: 'sig', x, y }
  }
}

/** Made once: RSA keys cost more than everything else here, and a deleted key may return. */
const MODULI = Array.from({ length: 5 }, () => {
  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
  return n
})

class ApiKeyWriter extends KeyWriter {
  protected override readonly noun = 'api key'
  protected override readonly limit = MODULI.length
  protected override readonly oneActive = true
  #used = 0

  protected override findOwner(api: KillApi): Promise<string | undefined> {
    return findServer(api, this.context.name)
  }

  protected override createOwner(api: KillApi): Promise<string> {
    return createServer(api, this.context.name)
  }

  protected override list(api: KillApi, owner: string): Promise<readonly ShownKey[]> {
    return api.get(this.path(owner), API_KEYS)
  }

  protected override path(owner: string): string {
    return `/api/v1/authorizationServers/${owner}/resourceservercredentials/keys`
  }

  protected override newKey() {
    this.#used += 1
    return { kty: 'RSA', use: 'enc', e: 'AQAB', n: MODULI[this.#used % MODULI.length] ?? '' }
  }
}

/** Creates applications, deactivates and activates them. */
class ApplicationWriter implements Writer {
  readonly #context: WriterContext
  #applications: { readonly id: string; readonly label: string }[] = []
  #count = 0

  constructor(context: WriterContext) {
    this.#context = context
  }

  async recover(api: KillApi): Promise<void> {
    this.#applications = await api.get(`/api/v1/apps?q=${this.#context.name}&limit=200`, APPLICATIONS)
  }

  async step(api: KillApi): Promise<void> {
    const { name, random, ledger } = this.#context
    const chosen = random.pick(this.#applications)
    if (chosen === undefined || random.next() < 0.2) {
      this.#count += 1
      const label = `${name}-${this.#count}-${random.between(1, 1e9)}`
      this.#applications.push({ id: await createApplication(api, label), label })
      return
    }
    const subject = `application ${chosen.label}`
    const isActive = ledger.standing(subject).state === 'ACTIVE'
    const effect = isActive
      ? { subject, kinds: ['client.updated', 'client.blocked', 'client.revoked'], state: 'INACTIVE' }
      : { subject, kinds: ['client.updated', 'client.unblocked'], state: 'ACTIVE' }
    const path = `/api/v1/apps/${chosen.id}/lifecycle/${isActive ? 'deactivate' : 'activate'}`
    await api.change([effect], { method: 'POST', path }, { status: 200, schema: Anything })
  }
}

/** Creates users, suspends and unsuspends them. */
class UserWriter implements Writer {
  readonly #context: WriterContext
  readonly #logins: string[] = []
  #count = 0

  constructor(context: WriterContext) {
    this.#context = context
  }

  async recover(): Promise<void> {
    const there = this.#logins.filter((login) => this.#state(login) !== 'absent')
    this.#logins.splice(0, this.#logins.length, ...there)
  }

  async step(api: KillApi): Promise<void> {
    const { name, random } = this.#context
    const chosen = random.pick(this.#logins)
    if (chosen === undefined || (this.#logins.length < 5 && random.next() < 0.2)) {
      this.#count += 1
      return this.#create(api, `${name}-${this.#count}-${random.between(1, 1e9)}@example.com`)
    }
    const subject = `user ${chosen}`
    const isActive = this.#state(chosen) === 'ACTIVE'
    const effect = isActive
      ? { subject, kinds: ['user.updated', 'user.blocked', 'user.revoked'], state: 'SUSPENDED' }
      : { subject, kinds: ['user.updated', 'user.unblocked'], state: 'ACTIVE' }
    const path = `/api/v1/users/${chosen}/lifecycle/${isActive ? 'suspend' : 'unsuspend'}`
    await api.change([effect], { method: 'POST', path }, { status: 200, schema: Anything })
  }

  async #create(api: KillApi, login: string): Promise<void> {
    this.#logins.push(login)
    const profile = { login, email: login, firstName: 'Kill', lastName: 'Loop' }
    await api.change(
      [{ subject: `user ${login}`, kinds: ['user.created'], state: 'ACTIVE' }],
      {
        method: 'POST',
        path: '/api/v1/users?activate=true',
        body: { profile, credentials: { password: { value: 'correct horse battery staple 1A' } } },
      },
      { status: 200, schema: IDENTIFIED },
    )
  }

  #state(login: string): string {
    return this.#context.ledger.standing(`user ${login}`).state
  }
}

/** Rotates the signing keys of authorization servers, each once: its next key is known from the beginning. */
class RotationWriter implements Writer {
  readonly #context: WriterContext
  #count = 0

  constructor(context: WriterContext) {
    this.#context = context
  }

  async recover(): Promise<void> {}

  async step(api: KillApi): Promise<void> {
    const { name, random, ledger } = this.#context
    this.#count += 1
    const server = `${name}-${this.#count}-${random.between(1, 1e9)}`
    const subject = `signing ring ${server}`
    // The first keys are made by whoever needs them first, perhaps already to answer the creation.
    const firstKeys = ledger.begin([
      { subject, kinds: ['key.published', 'key.activated', 'key.published'], state: '1 ACTIVE 1 NEXT' },
    ])
    const id = await createServer(api, server)
    const credentials = `/api/v1/authorizationServers/${id}/credentials`
    await api.get(`${credentials}/keys`, Anything)
    ledger.acknowledge(firstKeys)
    const rotated = {
      subject,
      kinds: ['key.retired', 'key.activated', 'key.published'],
      state: '1 ACTIVE 1 EXPIRED 1 NEXT',
    }
    await api.change(
      [rotated],
      { method: 'POST', path: `${credentials}/lifecycle/keyRotate`, body: { use: 'sig' } },
      { status: 200, schema: Anything },
    )
  }
}

async function findApplication(api: KillApi, label: string): Promise<string | undefined> {
  const found = await api.get(`/api/v1/apps?q=${label}`, APPLICATIONS)
  return found.find((one) => one.label === label)?.id
}

async function createApplication(api: KillApi, label: string): Promise<string> {
  const { id } = await api.change(
    [{ subject: `application ${label}`, kinds: ['client.created'], state: 'ACTIVE' }],
    { method: 'POST', path: '/api/v1/apps', body: application(label) },
    { status: 200, schema: IDENTIFIED },
  )
  return id
}

async function findServer(api: KillApi, name: string): Promise<string | undefined> {
  const found = await api.get(`/api/v1/authorizationServers?q=${name}`, SERVERS)
  return found.find((one) => one.name === name)?.id
}

async function createServer(api: KillApi, name: string): Promise<string> {
  const { id } = await api.change(
    [{ subject: `server ${name}`, kinds: ['issuer.created'], state: 'ACTIVE' }],
    {
      method: 'POST',
      path: '/api/v1/authorizationServers',
      body: { name, description: name, audiences: [`https://${name}.example.com`] },
    },
    { status: 201, schema: IDENTIFIED },
  )
  return id
}
