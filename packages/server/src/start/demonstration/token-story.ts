import { generateKeyPair, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { SignJWT } from 'jose'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { DemonstrationClient } from './client.ts'
import { type ResourceServer, startFleet } from './fleet.ts'
import { AUDIENCE, type Narrate } from './story.ts'

const Issued = Type.Object({ access_token: Type.String(), expires_in: Type.Integer() })
const Key = Type.Object({ id: Type.String() })
const Revoked = Type.Object({ id: Type.String(), seq: Type.Integer() })
const Effect = Type.Object({
  effect: Type.Object({
    state: Type.String(),
    milliseconds: Type.Union([Type.Number(), Type.Null()]),
    nodes: Type.Object({ acknowledged: Type.Integer() }),
  }),
})
const Nothing = Type.Unknown()

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** When a server that has heard of the revocation is given up on, in milliseconds. */
const PATIENCE = 10_000

export interface TokenScene {
  readonly client: DemonstrationClient
  /** Where the server is reached from here. */
  readonly origin: string
  readonly applicationId: string
  readonly authorizationServerId: string
  readonly narrate: Narrate
}

/** A token, taken by every resource server; a revocation; and who goes on taking it. @returns the resource servers */
export async function revokeTokens(scene: TokenScene): Promise<readonly ResourceServer[]> {
  const { client, origin, applicationId, narrate } = scene
  const issuer = await issuerOf(scene)
  const before = performance.now()
  const fleet = await startFleet({ client, origin, issuer, audience: AUDIENCE })
  narrate(
    `${fleet.length} resource servers were started, each a process of its own`,
    performance.now() - before,
  )
  const { token, expiresAt } = await withKey(scene, (key, kid) => obtain(scene, issuer, key, kid))
  for (const server of fleet) {
    const { accepted, ms } = await ask(server, token)
    narrate(`the token is ${accepted ? 'accepted' : 'refused'} by ${server.about}`, ms)
  }
  const target = { type: 'application', id: applicationId }
  const why = { reason: 'test', note: 'What npm start shows.' }
  const began = performance.now()
  const revoked = await client.call('POST', '/api/rescind/v1/revocations', Revoked, { target, ...why })
  narrate(
    `all tokens of the application were revoked, by one entry of the log: ${revoked.body.seq}`,
    revoked.ms,
  )
  await Promise.all(
    fleet.map(async (server) => {
      const refused = await firstRefusal(server, token, began)
      const sentence =
        refused === undefined
          ? `still accepted by ${server.about}, until ${clockTime(expiresAt)} if nobody stops it`
          : `refused by ${server.about}, counted from the moment when the revocation was sent`
      narrate(sentence, refused)
    }),
  )
  await tellEffect(scene, revoked.body.id)
  return fleet
}

/** What the authority itself knows of the effect: the services have told it. */
async function tellEffect({ client, narrate }: TokenScene, id: string): Promise<void> {
  const began = performance.now()
  while (performance.now() - began < PATIENCE) {
    const { effect } = (await client.call('GET', `/api/rescind/v1/revocations/${id}`, Effect)).body
    if (effect.state === 'complete') {
      const { milliseconds, nodes } = effect
      narrate(
        `and the authority can prove it: ${nodes.acknowledged} nodes acknowledged, the last of them after this time`,
        milliseconds ?? undefined,
      )
      narrate(`the receipt is at /api/rescind/v1/revocations/${id}/receipt`)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** @returns milliseconds from `began` to the first refusal; undefined for one that goes on accepting */
async function firstRefusal(
  server: ResourceServer,
  token: string,
  began: number,
): Promise<number | undefined> {
  for (;;) {
    const { accepted } = await ask(server, token)
    const passed = performance.now() - began
    if (!accepted) return passed
    // Nobody tells a server that only polls: asked once more, a second later, it would say the same.
    if (server.kind === 'polling' ? passed > 1_000 : passed > PATIENCE) return undefined
  }
}

async function ask({ url }: ResourceServer, token: string) {
  const before = performance.now()
  const reply = await fetch(`${url}/orders`, { headers: { authorization: `Bearer ${token}` } })
  await reply.body?.cancel()
  return { accepted: reply.ok, ms: performance.now() - before }
}

/** Lends the application a key of its own to prove itself by, and takes it back. */
async function withKey<T>(
  { client, applicationId }: TokenScene,
  work: (key: KeyObject, kid: string) => Promise<T>,
): Promise<T> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const kid = `demo-token-${n.slice(0, 12)}`
  const keys = `/api/v1/apps/${applicationId}/credentials/jwks`
  const added = await client.call('POST', keys, Key, { kty: 'RSA', n, e, kid, use: 'sig', alg: 'RS256' })
  try {
    return await work(privateKey, kid)
  } finally {
    await client.call('POST', `${keys}/${added.body.id}/lifecycle/deactivate`, Nothing)
    await client.call('DELETE', `${keys}/${added.body.id}`, Nothing)
  }
}

/** Client credentials with an assertion (RFC 7523 section 2.2). */
async function obtain(
  { origin, applicationId, authorizationServerId, narrate }: TokenScene,
  issuer: string,
  key: KeyObject,
  kid: string,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(applicationId)
    .setSubject(applicationId)
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .sign(key)
  const before = performance.now()
  const reply = await fetch(`${origin}/oauth2/${authorizationServerId}/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: AUDIENCE,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion,
    }),
  })
  const text = await reply.text()
  const ms = performance.now() - before
  if (!reply.ok) throw new Error(`the token request was answered ${reply.status}: ${text}`)
  narrate('an access token was issued to the application, which proved itself by a key', ms)
  const { access_token: token, expires_in: seconds } = Value.Parse(Issued, JSON.parse(text))
  return { token, expiresAt: Date.now() + seconds * 1000 }
}

async function issuerOf({ origin, authorizationServerId }: TokenScene): Promise<string> {
  const address = `${origin}/oauth2/${authorizationServerId}/.well-known/openid-configuration`
  const configuration: unknown = await fetch(address).then((reply) => reply.json())
  return Value.Parse(Type.Object({ issuer: Type.String() }), configuration).issuer
}

function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8)
}
