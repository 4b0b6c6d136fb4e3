/*
 * A revocation that commits between the place that a token request captures and the saving of its token: nobody
 * ever holds the token, and the request starts again, once, as if it had just come.
 */
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deactivateClientSecret, listClientSecrets } from '../../../src/directory/client-secrets.ts'
import { deactivateClientKey, listClientKeys } from '../../../src/keys/client-keys.ts'
import { deactivateApplication } from '../../../src/revocation/application-lifecycle.ts'
import { revoke } from '../../../src/revocation/revoke.ts'
import { buildHttp } from '../../../src/start/http.ts'
import { bindPort } from '../../../src/start/port.ts'
import type { Store } from '../../../src/store/index.ts'
import { openTestAuthority, type TestAuthority } from '../../support/authority.ts'
import { DATABASES } from '../../support/databases.ts'
import {
  createClient,
  createServer,
  Management,
  type TestApi,
  type TestClient,
} from '../../support/management.ts'
import { clientToken, configurationOf, dpopOf, introspect } from '../../support/oidc-world.ts'
import { createCredential } from '../../support/okta.ts'

type Meanwhile = () => Promise<unknown>

describe.each(DATABASES)('a token born void on $name', (database) => {
  let inner: TestAuthority
  let admin: Management
  let api: TestApi
  let inspector: TestClient
  let close: () => Promise<void>
  /** What happens right before each of the next writes of the server. */
  let meanwhile: Meanwhile[] = []

  beforeAll(async () => {
    const silent = await openTestAuthority(database)
    const bound = await bindPort('127.0.0.1', 0)
    const origin = `http://127.0.0.1:${bound.number}`
    inner = { ...silent, publicUrl: origin, clock: { ...silent.clock, now: () => Date.now() } }
    const before = async () => {
      const event = meanwhile.shift()
      if (event === undefined) return
      await event()
      await known()
    }
    const authority = { ...inner, store: interposed(inner.store, before) }
    const app = buildHttp(authority, {
      oktaRequestsPerMinute: 1_000_000,
      trustedProxies: [],
      draining: () => false,
    })
    await app.ready()
    app.server.listen(bound.handle)
    const { token } = await createCredential(authority, inner.actorA, 'organization_admin')
    // The note of its use, which is not waited for, would be taken for a write of a token request.
    await inner.store.write({ organizationId: inner.actorA.organizationId }, (tx) =>
      tx.db.updateTable('api_tokens').set({ last_used_at: Number.MAX_SAFE_INTEGER }).execute(),
    )
    admin = new Management(origin, token)
    api = await createServer(admin, 'jwt')
    inspector = await createClient(admin, { type: 'service' })
    close = async () => {
      await app.close()
      await silent.close()
    }
  })
  afterAll(() => close())

  /**
   * Waits until the server knows of all that was revoked. It judges a new token by what it knows when it answers, and
   * hears of an entry of others a moment after the commit; whoever introspects is answered by the head.
   */
  async function known(): Promise<void> {
    const still = meanwhile
    meanwhile = []
    await introspect({ inspector }, api.issuer, 'a token of nobody')
    meanwhile = still
  }

  const revokeApi = () => revokeNow({ type: 'api', id: api.id })
  const revokeNow = (target: Parameters<typeof revoke>[2]['target']) =>
    revoke(inner, inner.actorA, { target, reason: 'test' })
  const nothing: Meanwhile = async () => undefined
  const serviceBy = (method: TestClient['method']) => createClient(admin, { type: 'service', method })

  /** The error of a request for a token, or whether the token that it brought is active. */
  async function outcome(client: TestClient, ...events: readonly Meanwhile[]): Promise<unknown> {
    await configurationOf(client, api.issuer)
    meanwhile = [...events]
    const answer: unknown = await clientToken(client, api).catch((failure: unknown) => failure)
    const left = meanwhile.length
    meanwhile = []
    expect(left).toBe(0)
    if (answer instanceof openid.ResponseBodyError) return answer.error
    // Whoever tried the header is answered by header too.
    if (answer instanceof openid.WWWAuthenticateChallengeError) return answer.cause[0]?.parameters.error
    if (answer instanceof Error) throw answer
    const { access_token } = answer as openid.TokenEndpointResponse
    return (await introspect({ inspector }, api.issuer, access_token)).active
  }

  it('is asked for again, with a secret', async () => {
    expect(await outcome(await serviceBy('client_secret_basic'), revokeApi)).toBe(true)
  })

  it('is asked for again, with the same assertion', async () => {
    expect(await outcome(await serviceBy('private_key_jwt'), nothing, revokeApi)).toBe(true)
  })

  it('is asked for again, with the same proof of possession', async () => {
    const client = await serviceBy('private_key_jwt')
    const config = await configurationOf(client, api.issuer)
    const dpop = await dpopOf(client, api.issuer)
    const ask = () => openid.clientCredentialsGrant(config, { resource: api.identifier }, { DPoP: dpop })
    // The first is for the nonce.
    await ask()
    meanwhile = [nothing, nothing, revokeApi]
    const { access_token } = await ask()
    expect(meanwhile).toEqual([])
    expect(await introspect({ inspector }, api.issuer, access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
    })
  })

  it('spends an assertion for everybody else', async () => {
    const client = await serviceBy('private_key_jwt')
    expect(await outcome(client, nothing, revokeApi)).toBe(true)
    expect(await outcome(client)).toBe(true)
  })

  it('is asked for again where the client itself was revoked and may go on', async () => {
    const client = await serviceBy('client_secret_basic')
    expect(await outcome(client, () => revokeNow({ type: 'application', id: client.id }))).toBe(true)
  })

  it('is refused where the client was deactivated', async () => {
    const client = await serviceBy('client_secret_basic')
    expect(await outcome(client, () => deactivateApplication(inner, inner.actorA, client.id))).toBe(
      'invalid_client',
    )
  })

  it('is refused where its secret was deactivated', async () => {
    const client = await serviceBy('client_secret_basic')
    await admin.ok(`POST /api/v1/apps/${client.id}/credentials/secrets`)
    const event = async () => {
      const [first] = await listClientSecrets(inner, inner.actorA, client.id)
      await deactivateClientSecret(inner, inner.actorA, client.id, first?.id ?? '')
      await revokeApi()
    }
    expect(await outcome(client, event)).toBe('invalid_client')
  })

  it('is refused where the key of its assertion was deactivated', async () => {
    const client = await serviceBy('private_key_jwt')
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const spare = {
      ...(await exportJWK(publicKey)),
      kid: 'spare',
      use: 'sig',
      alg: 'ES256',
      status: 'ACTIVE',
    }
    await admin.ok(`POST /api/v1/apps/${client.id}/credentials/jwks`, spare)
    const event = async () => {
      const keys = await listClientKeys(inner, inner.actorA, client.id)
      const used = keys.find(({ kid }) => kid === client.key?.kid)
      await deactivateClientKey(inner, inner.actorA, client.id, used?.id ?? '')
      await revokeApi()
    }
    expect(await outcome(client, nothing, event)).toBe('invalid_client')
  })

  it('is refused where it is born void a second time', async () => {
    expect(await outcome(await serviceBy('client_secret_basic'), revokeApi, revokeApi)).toBe('invalid_grant')
  })

  it('is signed by the successor of a key that was revoked', async () => {
    const client = await serviceBy('client_secret_basic')
    const { kid = '' } = decodeProtectedHeader((await clientToken(client, api)).access_token)
    expect(await outcome(client, () => revokeNow({ type: 'key', id: kid }))).toBe(true)
  })
})

/** The same store, before whose writes something else may happen. */
function interposed(store: Store, before: Meanwhile): Store {
  return {
    dialect: store.dialect,
    async write(scope, command, lane) {
      await before()
      return store.write(scope, command, lane)
    },
    read: (scope, query, lane) => store.read(scope, query, lane),
    onAppended: (listener) => store.onAppended(listener),
    close: () => store.close(),
  }
}
