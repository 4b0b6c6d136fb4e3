import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refreshProviderKeys } from '../../src/federation/provider-keys/refresh.ts'
import { DATABASES } from '../support/databases.ts'
import { type DocumentServer, openDocuments } from '../support/documents.ts'
import { openVerifierWorld, until, type VerifierWorld, verdictOf } from '../support/verifier-world.ts'

const pair = (kid: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid, jwk: { ...publicKey.export({ format: 'jwk' }), kid }, secret: privateKey }
}
type Pair = ReturnType<typeof pair>
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The verifiers themselves are tried on both databases elsewhere. */
const [database] = DATABASES

describe('a cluster that trusts an identity provider', () => {
  let world: VerifierWorld
  let host: DocumentServer
  let keys: readonly Pair[] = [pair('first')]
  let issuer: string
  let federation: string
  let organization: string
  let provider: string
  let cluster: string
  let credential: string

  const token = ([by = keys[0]]: readonly (Pair | undefined)[], claims: object = {}) => {
    if (by === undefined) throw new TypeError('no key')
    const now = Math.floor(Date.now() / 1000)
    const body = {
      iss: issuer,
      aud: 'orders',
      sub: 'ada',
      iat: now,
      exp: now + 600,
      groups: ['ops'],
      ...claims,
    }
    const signed = `${part({ alg: 'ES256', kid: by.kid })}.${part(body)}`
    const key = { key: createPrivateKey(by.secret.export({ format: 'pem', type: 'pkcs8' })) }
    const signature = sign('sha256', Buffer.from(signed), { ...key, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
  const native = '/api/rescind/v1'
  const at = () => `${native}/federations/${federation}`

  beforeAll(async () => {
    if (database === undefined) throw new TypeError('no database')
    host = await openDocuments((request, response) => {
      const own = `http://${request.headers.host}`
      const body =
        request.url === '/keys'
          ? { keys: keys.map(({ jwk }) => jwk) }
          : { issuer: own, jwks_uri: `${own}/keys` }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    issuer = host.origin
    world = await openVerifierWorld(database)
    const { admin } = world
    const ids = await admin.ok(`GET ${native}/bootstrap`)
    federation = ids.federationSettingsId
    organization = ids.organizationId
    const made = await admin.ok(`POST ${at()}/identity-providers`, {
      idpType: 'WORKLOAD',
      displayName: 'robots',
      issuerUri: issuer,
      audience: 'orders',
      authorizationType: 'GROUP',
      userClaim: 'sub',
      groupsClaim: 'groups',
    })
    provider = made.id
    // Connected already: without a body nothing else changes.
    expect(await admin.ok(`PUT ${at()}/organizations/${organization}`)).toMatchObject({
      identityProviders: [],
    })
    await admin.ok(`PUT ${at()}/organizations/${organization}`, { identityProviders: [provider] })
    await admin.ok(`POST ${at()}/organizations/${organization}/role-mappings`, {
      externalGroupName: 'ops',
      roleAssignments: [{ role: 'ORG_READ_ONLY', orgId: organization }],
    })
    cluster = (await admin.ok(`POST ${native}/clusters`, { name: 'idp', identityProviders: [issuer] })).id
    credential = (await admin.ok(`POST ${native}/clusters/${cluster}/credentials`)).credential
    await refreshProviderKeys(world.nodes.nodes[0].authority, federation, issuer)
  })
  afterAll(async () => {
    await world.close()
    await host.close()
  })

  it('is counted as exposed by what its verifiers do, since no ledger here knows what a provider signs', async () => {
    const { admin } = world
    const polling = { library: 'jose', cacheSeconds: 600 }
    const old = await admin.ok(`POST ${native}/clusters`, {
      name: 'old',
      class: 'unmanaged',
      identityProviders: [issuer],
      verifierProfile: polling,
    })
    const target = { type: 'identity_provider', id: provider }
    const before = Date.now()
    const { exposure } = await admin.ok(`POST ${native}/revocations/preview`, { target })
    expect(exposure.worst.bound).toBe('bounded')
    expect(Date.parse(exposure.worst.until)).toBeGreaterThanOrEqual(before + 600_000)
    expect(exposure.notStopped).toEqual([
      expect.stringMatching(/^idp \(connected\)/),
      expect.stringMatching(/^old \(unmanaged\): jose trusts the key until its cache ends/),
    ])
    await admin.ok(`DELETE ${native}/clusters/${old.id}`)
  })

  it('takes its tokens until its keys are revoked, and those of its new key afterwards', async () => {
    const { admin } = world
    const verifier = await world.verifier({ credential })
    const good = token([])
    const { identity } = await verifier.verify(good)
    expect(identity).toEqual({ provider, user: 'ada', groups: ['ops'], roles: ['ORG_READ_ONLY'] })
    expect(await verdictOf(verifier, token([], { aud: 'another' }))).toBe('audience_mismatch')
    expect(await verdictOf(verifier, token([], { sub: '' }))).toBe('token_malformed')

    // The key is stolen, the provider replaces it, and is revoked.
    const stolen = keys[0]
    keys = [pair('second')]
    const revoked = await admin.ok(`POST ${at()}/identity-providers/${provider}/revoke-keys`, {
      reason: 'compromised',
    })
    expect(revoked).toMatchObject({ outcome: 'ok', stillPublished: [], organizations: [organization] })
    const { seq } = await admin.ok(`GET ${native}/revocations/${revoked.id}`)
    await until(() => Number(verifier.position.split('.')[2]) >= seq)
    const late = Math.floor(Date.now() / 1000) + 4
    expect(await verdictOf(verifier, good)).toBe('key_revoked')
    expect(await verdictOf(verifier, token([stolen], { iat: late }))).toBe('key_revoked')
    // Signed before the cutoff by a key that is still good: void by its time. Later: good.
    const after = Math.floor(Date.parse(revoked.notAfter) / 1000) + 1
    expect(await verdictOf(verifier, token([], { iat: after - 30 }))).toBe('token_revoked')
    const patient = await world.verifier({ credential, clockTolerance: 60 })
    expect(await verdictOf(patient, token([], { iat: after }))).toBe('accepted')

    // A key that nobody has heard of is looked for, once the quiet period is over; unplugged, nothing is taken.
    expect(await verdictOf(verifier, token([pair('third')]))).toBe('key_unknown')
    const answer = await admin.call(`DELETE ${at()}/identity-providers/${provider}`)
    expect(answer.status).toBe(204)
    await until(() => Number(patient.position.split('.')[2]) > seq + 1)
    expect(await verdictOf(patient, token([], { iat: after }))).toMatch(/issuer_unknown|key_unknown/)
  })
})
