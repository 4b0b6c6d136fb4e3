import { createVerifier, type Verifier } from '@rescind/verifier'
import {
  createClient,
  Management,
  type Person,
  type TestApi,
  type TestClient,
} from '../../support/management.ts'
import { clientToken, obtain, type Tokens } from '../../support/oidc-world.ts'

/** What the console is shown with: people, applications, APIs, tokens, verifiers. */
export interface Seed {
  readonly admin: Management
  readonly people: readonly [Person, Person, ...Person[]]
  readonly shop: TestClient
  readonly billing: TestClient
  readonly orders: TestApi
  readonly payments: TestApi
  /** Of the first person, at the shop, for the orders API. */
  readonly tokens: readonly [Tokens, ...Tokens[]]
  /** Resource servers of the orders API, each with a process's worth of verifier. */
  readonly verifiers: readonly [Verifier, ...Verifier[]]
  close(): Promise<void>
}

const NAMES = [
  ['ada', 'Ada', 'Lovelace'],
  ['grace', 'Grace', 'Hopper'],
  ['alan', 'Alan', 'Turing'],
  ['barbara', 'Barbara', 'Liskov'],
  ['edsger', 'Edsger', 'Dijkstra'],
  ['frances', 'Frances', 'Allen'],
  ['katherine', 'Katherine', 'Johnson'],
  ['leslie', 'Leslie', 'Lamport'],
  ['margaret', 'Margaret', 'Hamilton'],
  ['radia', 'Radia', 'Perlman'],
  ['shafi', 'Shafi', 'Goldwasser'],
  ['tim', 'Tim', 'Berners-Lee'],
] as const

const PASSWORD = 'correct-horse-battery-9'

/** Fills an organization through the public APIs alone, under names that people would give. */
export async function seed(publicUrl: string, apiToken: string, scale: 'small' | 'shown'): Promise<Seed> {
  const admin = new Management(publicUrl, apiToken)
  const people: Person[] = []
  for (const [name, firstName, lastName] of NAMES.slice(0, scale === 'small' ? 2 : NAMES.length))
    people.push(await person(admin, `${name}@example.com`, firstName, lastName))
  const [ada, grace] = people
  if (ada === undefined || grace === undefined) throw new TypeError('there are people')
  const orders = await api(admin, 'Orders', 'https://orders.example.com', 'jwt')
  const payments = await api(admin, 'Payments', 'https://payments.example.com', 'opaque')
  const shop = await application(admin, 'Shop', 'web')
  const billing = await application(admin, 'Billing', 'service')
  const tokens: Tokens[] = []
  const apis = scale === 'small' ? [orders, payments] : [orders, payments, orders, orders]
  for (const each of apis) tokens.push(await obtain({ client: shop, api: each, person: ada }))
  if (scale === 'shown')
    for (const each of people.slice(1, 8)) await obtain({ client: shop, api: orders, person: each })
  await clientToken(billing, payments)
  const [first, ...others] = tokens
  if (first === undefined) throw new TypeError('there are tokens')
  const verifiers = await fleet(admin, publicUrl, orders, scale === 'small' ? 1 : 5)
  const [verifier, ...rest] = verifiers
  if (verifier === undefined) throw new TypeError('there are verifiers')
  return {
    admin,
    people: [ada, grace, ...people.slice(2)],
    shop,
    billing,
    orders,
    payments,
    tokens: [first, ...others],
    verifiers: [verifier, ...rest],
    async close() {
      for (const each of verifiers) await each.close()
    },
  }
}

async function person(
  admin: Management,
  login: string,
  firstName: string,
  lastName: string,
): Promise<Person> {
  const { id } = await admin.ok('POST /api/v1/users', {
    profile: { login, email: login, firstName, lastName },
    credentials: { password: { value: PASSWORD } },
  })
  return { id, login, password: PASSWORD }
}

async function api(
  admin: Management,
  name: string,
  identifier: string,
  format: 'jwt' | 'opaque',
): Promise<TestApi> {
  const server = await admin.ok('POST /api/v1/authorizationServers', { name, audiences: [identifier] })
  const { items } = await admin.ok('GET /api/rescind/v1/apis?limit=1000')
  const { id } = items.find((one: { identifier: string }) => one.identifier === identifier)
  await admin.ok(`PUT /api/rescind/v1/apis/${id}`, {
    name,
    scopes: ['orders:read', 'orders:write'],
    tokenFormat: format,
    authorizationServerId: server.id,
  })
  return { id, identifier, format, serverId: server.id, issuer: server.issuer }
}

/** A client under a name that is looked for by people. */
async function application(admin: Management, label: string, type: 'web' | 'service'): Promise<TestClient> {
  const client = await createClient(admin, { type })
  const body = await admin.ok(`GET /api/v1/apps/${client.id}`)
  const { name, signOnMode, credentials, settings } = body
  await admin.ok(`PUT /api/v1/apps/${client.id}`, { name, signOnMode, credentials, settings, label })
  return client
}

async function fleet(
  admin: Management,
  authority: string,
  { id, identifier }: TestApi,
  count: number,
): Promise<readonly Verifier[]> {
  const cluster = await admin.ok('POST /api/rescind/v1/clusters', { name: 'orders-eu', apis: [id] })
  const { credential } = await admin.ok(`POST /api/rescind/v1/clusters/${cluster.id}/credentials`)
  if (count > 1)
    await admin.ok('POST /api/rescind/v1/clusters', {
      name: 'legacy-reports',
      class: 'unmanaged',
      apis: [id],
      verifierProfile: { library: 'jose', cacheSeconds: 600 },
    })
  return Promise.all(
    Array.from({ length: count }, () =>
      createVerifier({ authority, credential, audience: identifier, startTimeout: 20_000 }),
    ),
  )
}
