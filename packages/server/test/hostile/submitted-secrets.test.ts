import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Store, SYSTEM } from '../../src/store/index.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestOkta, type TestOkta } from '../support/okta.ts'
import { faultOfRefusal } from './dialects.ts'
import { fingerprint, tablesOf } from './fingerprint.ts'
import { acceptedBodies, createWorld, fillPath, type World } from './world.ts'

const APPS = '/api/v1/apps'
const KEYS = '/api/v1/apps/:appId/credentials/jwks'
const SERVERS = '/api/v1/authorizationServers'
const API_KEYS = `${SERVERS}/:authServerId/resourceservercredentials/keys`

/** Every place that takes a public key, and a body that puts a key there. */
const PLACES: readonly (readonly [route: string, body: (jwk: JsonWebKey) => unknown])[] = [
  [`POST ${KEYS}`, (jwk) => ({ ...jwk, use: 'sig', kid: 'given-away' })],
  [`POST ${API_KEYS}`, (jwk) => ({ ...jwk, use: 'enc', kid: 'given-away' })],
  [`POST ${APPS}`, (jwk) => withClientKeys(jwk)],
  [`PUT ${APPS}/:appId`, (jwk) => withClientKeys(jwk)],
  [`POST ${SERVERS}`, (jwk) => withServerKeys(jwk)],
  [`PUT ${SERVERS}/:authServerId`, (jwk) => withServerKeys(jwk)],
]

/** A refusal of a private key leaves this much, because the key must never be trusted again. */
const BLOCKING = new Set(['blocked_keys', 'log_entries', 'log_heads', 'revocations'])

describe.each(DATABASES)('secrets that are sent to us, on $name', (database) => {
  let okta: TestOkta
  let world: World
  let store: Store

  beforeAll(async () => {
    okta = await openTestOkta(database)
    world = await createWorld(okta, okta.adminA, 'secrets')
    store = okta.authority.store
  })

  afterAll(async () => {
    await okta.close()
  })

  it.each(PLACES)('a private key at %s is refused, not kept and not logged', async (route, body) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = privateKey.export({ format: 'jwk' })
    const before = await fingerprint(store)
    const [method = '', url = ''] = route.split(' ')
    const path = fillPath({ url, parameters: [...url.matchAll(/:\w+/g)].map(String) }, world)
    const reply = await okta.app.inject({
      method: method === 'PUT' ? 'PUT' : 'POST',
      url: path,
      headers: { ...okta.adminA.header, 'content-type': 'application/json' },
      payload: JSON.stringify(body(jwk)),
    })
    const response = {
      status: reply.statusCode,
      contentType: String(reply.headers['content-type']),
      body: reply.body,
    }
    expect(faultOfRefusal(path, response)).toBeUndefined()
    const after = await fingerprint(store)
    const changed = Object.keys(after).filter((table) => after[table] !== before[table])
    expect(changed.filter((table) => !BLOCKING.has(table))).toEqual([])
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
      const value = jwk[member] ?? 'missing'
      expect(reply.body.includes(value), `${member} in the answer`).toBe(false)
      expect(okta.logged().includes(value), `${member} in the log`).toBe(false)
      expect(await isStored(store, value), `${member} in the database`).toBe(false)
    }
  })

  it('a password and a client secret are kept in no readable form, and not logged', async () => {
    const password = 'Swordfish canary 4711 for the log'
    const secret = 'canary-client-secret-0123456789abcdef'
    const profile = { login: 'kept@example.com', email: 'kept@example.com', firstName: 'A', lastName: 'B' }
    const user = await okta.call(okta.adminA, 'POST /users', {
      profile,
      credentials: { password: { value: password } },
    })
    expect(user.status).toBe(200)
    const application = await okta.call(okta.adminA, 'POST /apps', acceptedBodies('kept')[`POST ${APPS}`])
    const secrets = `/apps/${application.body.id}/credentials/secrets`
    const created = await okta.call(okta.adminA, `POST ${secrets}`, { client_secret: secret })
    expect(created.status).toBe(201)
    for (const value of [password, secret, okta.adminA.token, okta.adminB.token]) {
      expect(okta.logged().includes(value)).toBe(false)
      expect(await isStored(store, value)).toBe(false)
    }
  })
})

function withClientKeys(jwk: JsonWebKey): unknown {
  const application = acceptedBodies('given-away')[`POST ${APPS}`]
  return {
    ...application,
    credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        jwks: { keys: [{ ...jwk, use: 'sig', kid: 'given-away' }] },
      },
    },
  }
}

function withServerKeys(jwk: JsonWebKey): unknown {
  return {
    ...acceptedBodies('given-away')[`POST ${SERVERS}`],
    jwks: { keys: [{ ...jwk, use: 'enc', kid: 'given-away', status: 'ACTIVE' }] },
    accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
  }
}

function isStored(store: Store, value: string): Promise<boolean> {
  return store.read(SYSTEM, async ({ db }) => {
    for (const name of await tablesOf(store, db)) {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(db)
      if (JSON.stringify(rows).includes(value)) return true
    }
    return false
  })
}
