import { generateKeyPair, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { SignJWT } from 'jose'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { DemonstrationClient } from './client.ts'
import type { Narrate } from './story.ts'

const Issued = Type.Object({ access_token: Type.String() })
const Introspected = Type.Object({ active: Type.Boolean() })
const Key = Type.Object({ id: Type.String() })
const Revoked = Type.Object({ seq: Type.Integer() })
const Nothing = Type.Unknown()

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface TokenScene {
  readonly client: DemonstrationClient
  /** Where the server is reached from here. */
  readonly origin: string
  readonly applicationId: string
  readonly authorizationServerId: string
  readonly narrate: Narrate
}

/** Obtains a token with a client's own key, revokes everything that was issued for its API, and asks again. */
export async function revokeTokens(scene: TokenScene): Promise<void> {
  const { client, applicationId, narrate } = scene
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const kid = `demo-token-${n.slice(0, 12)}`
  const keys = `/api/v1/apps/${applicationId}/credentials/jwks`
  const added = await client.call('POST', keys, Key, { kty: 'RSA', n, e, kid, use: 'sig', alg: 'RS256' })
  try {
    const issued = await post(scene, 'token', Issued, privateKey, kid, { grant_type: 'client_credentials' })
    narrate('an access token was issued to the application, which proved itself by that key', issued.ms)
    const token = issued.body.access_token
    const before = await post(scene, 'introspect', Introspected, privateKey, kid, { token })
    narrate(`it is ${before.body.active ? 'good' : 'not good'}`, before.ms)
    const target = { type: 'application', id: applicationId }
    const revoked = await client.call('POST', '/api/rescind/v1/revocations', Revoked, {
      target,
      reason: 'test',
      note: 'What npm start shows.',
    })
    narrate(
      `every token of the application was revoked, by one entry of the log: ${revoked.body.seq}`,
      revoked.ms,
    )
    const after = await post(scene, 'introspect', Introspected, privateKey, kid, { token })
    narrate(`the token is ${after.body.active ? 'still good' : 'not good any more'}`, after.ms)
  } finally {
    await client.call('POST', `${keys}/${added.body.id}/lifecycle/deactivate`, Nothing)
    await client.call('DELETE', `${keys}/${added.body.id}`, Nothing)
  }
}

/** A form to an endpoint of the authorization server, with an assertion of its own (RFC 7523 section 2.2). */
async function post<Schema extends TSchema>(
  { origin, applicationId, authorizationServerId }: TokenScene,
  endpoint: string,
  schema: Schema,
  key: KeyObject,
  kid: string,
  form: Readonly<Record<string, string>>,
): Promise<{ readonly body: Static<Schema>; readonly ms: number }> {
  const configuration = await fetch(
    `${origin}/oauth2/${authorizationServerId}/.well-known/openid-configuration`,
  )
  const { issuer } = Value.Parse(Type.Object({ issuer: Type.String() }), await configuration.json())
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(applicationId)
    .setSubject(applicationId)
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .sign(key)
  const before = performance.now()
  const reply = await fetch(`${origin}/oauth2/${authorizationServerId}/v1/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams({
      ...form,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion,
    }),
  })
  const text = await reply.text()
  const ms = performance.now() - before
  if (!reply.ok) throw new Error(`${endpoint} was answered ${reply.status}: ${text}`)
  return { body: Value.Parse(schema, JSON.parse(text)), ms }
}
