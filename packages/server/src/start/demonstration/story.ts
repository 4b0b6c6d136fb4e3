import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { Type } from 'typebox'
import type { DemonstrationClient } from './client.ts'

/** Says one sentence, with the milliseconds that it took where something was done. */
export type Narrate = (sentence: string, ms?: number) => void

const LABEL = 'Billing (demonstration)'
const SERVER = 'Orders (demonstration)'
/** The API that the resource servers of the demonstration are. */
export const AUDIENCE = 'https://orders.example.com'

const Key = Type.Object({ id: Type.String(), kid: Type.String(), status: Type.String() })
const ClientKeys = Type.Object({ keys: Type.Array(Key) })
const ServerKeys = Type.Array(Key)
const Applications = Type.Array(Type.Object({ id: Type.String(), label: Type.String() }))
const Servers = Type.Array(Type.Object({ id: Type.String(), name: Type.String() }))
const One = Type.Object({ id: Type.String() })
const SigningKeys = Type.Array(Type.Object({ kid: Type.String(), status: Type.String() }))
const Published = Type.Object({ keys: Type.Array(Type.Object({ kid: Type.String() })) })
const Nothing = Type.Unknown()

/**
 * A client's own keys: one is added, the one before it is deactivated and deleted.
 *
 * @returns the id of the application
 */
export async function rotateClientKey(client: DemonstrationClient, narrate: Narrate): Promise<string> {
  const application = await ensureApplication(client, narrate)
  const keys = `/api/v1/apps/${application}/credentials/jwks`
  const { keys: former } = (await client.call('GET', keys, ClientKeys)).body
  const added = await client.call('POST', keys, Key, { ...(await newPublicKey()), use: 'sig', alg: 'RS256' })
  narrate(
    `a public key was added for the application: ${short(added.body.kid)} is ${added.body.status}`,
    added.ms,
  )
  for (const { id, kid, status } of former) {
    const place = `${keys}/${id}`
    const off =
      status === 'ACTIVE' ? (await client.call('POST', `${place}/lifecycle/deactivate`, Nothing)).ms : 0
    const { ms } = await client.call('DELETE', place, Nothing)
    narrate(`the key before it, ${short(kid)}, was deactivated and deleted`, off + ms)
  }
  return application
}

/**
 * An authorization server's keys: what it publishes, a rotation, and a new encryption key for its API.
 *
 * @returns the id of the authorization server
 */
export async function rotateServerKeys(client: DemonstrationClient, narrate: Narrate): Promise<string> {
  const server = await ensureServer(client, narrate)
  const base = `/api/v1/authorizationServers/${server}`
  const published = await client.call('GET', `/oauth2/${server}/v1/keys`, Published)
  const kids = published.body.keys.map(({ kid }) => short(kid)).join(', ')
  narrate(`its signing keys are published, the next one before it ever signs: ${kids}`, published.ms)
  const rotated = await client.call('POST', `${base}/credentials/lifecycle/keyRotate`, SigningKeys, {
    use: 'sig',
  })
  const active = rotated.body.find(({ status }) => status === 'ACTIVE')
  narrate(
    `a rotation was asked for: ${short(active?.kid ?? '')} signs as soon as every verifier can know it`,
    rotated.ms,
  )

  const keys = `${base}/resourceservercredentials/keys`
  const former = (await client.call('GET', keys, ServerKeys)).body
  const fresh = { ...(await newPublicKey()), use: 'enc', status: 'INACTIVE' }
  const added = await client.call('POST', keys, Key, fresh)
  narrate(
    `an encryption key of its API was added: ${short(added.body.kid)} is ${added.body.status}`,
    added.ms,
  )
  const activated = await client.call('POST', `${keys}/${added.body.id}/lifecycle/activate`, Key)
  const gaveWay = former.length > 0 ? ', and the one before it gave way in the same commit' : ''
  narrate(`it was activated${gaveWay}: access tokens can now be encrypted to it`, activated.ms)
  for (const { id } of former) await client.call('DELETE', `${keys}/${id}`, Nothing)
  return server
}

async function ensureApplication(client: DemonstrationClient, narrate: Narrate): Promise<string> {
  const found = await client.call('GET', `/api/v1/apps?q=${encodeURIComponent(LABEL)}`, Applications)
  const known = found.body.find(({ label }) => label === LABEL)
  if (known !== undefined) {
    narrate(`the application "${LABEL}" is there from an earlier start: ${known.id}`, found.ms)
    return known.id
  }
  const created = await client.call('POST', '/api/v1/apps', One, {
    name: 'oidc_client',
    label: LABEL,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        // A client that authenticates by a key has one from the start.
        jwks: { keys: [{ ...(await newPublicKey()), use: 'sig', alg: 'RS256' }] },
      },
    },
  })
  narrate(`the application "${LABEL}" was created: ${created.body.id}`, created.ms)
  return created.body.id
}

async function ensureServer(client: DemonstrationClient, narrate: Narrate): Promise<string> {
  const found = await client.call(
    'GET',
    `/api/v1/authorizationServers?q=${encodeURIComponent(SERVER)}`,
    Servers,
  )
  const known = found.body.find(({ name }) => name === SERVER)
  if (known !== undefined) {
    narrate(`the authorization server "${SERVER}" is there from an earlier start: ${known.id}`, found.ms)
    return known.id
  }
  const created = await client.call('POST', '/api/v1/authorizationServers', One, {
    name: SERVER,
    description: 'What npm start shows.',
    audiences: [AUDIENCE],
  })
  narrate(`the authorization server "${SERVER}" was created: ${created.body.id}`, created.ms)
  return created.body.id
}

/** The public half of a new key, as its owner would submit it; the private half never leaves this function. */
async function newPublicKey(): Promise<{ kty: string; kid: string; e: string; n: string }> {
  const { publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' })
  return { kty: 'RSA', kid: `demo-${n.slice(0, 12)}`, e, n }
}

function short(kid: string): string {
  return kid.length > 20 ? `${kid.slice(0, 12)}…` : kid
}
