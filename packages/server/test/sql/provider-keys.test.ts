import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchConnectedOrganization } from '../../src/federation/connected-organizations.ts'
import { createFederation } from '../../src/federation/federations.ts'
import { createIdentityProvider } from '../../src/federation/identity-providers.ts'
import { refreshProviderKeys } from '../../src/federation/provider-keys/refresh.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { type DocumentServer, json, openDocuments } from '../support/documents.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'
import { query } from './client.ts'

const key = (kid: string, alg: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
  alg,
})

/** The documented question. */
const CHANGED = `SELECT p.name, p.issuer, e.at, e.kind FROM rescind.federation.identity_providers p
  JOIN rescind.log.entries e ON json_extract(e.subject, '$.issuer') = p.issuer
  WHERE e.kind IN ('idp_jwks.revoked', 'idp_jwks.refreshed') ORDER BY e.seq`
const KEYS = 'SELECT kid, alg, state, since FROM rescind.federation.keys WHERE provider_id = $1 ORDER BY kid'

describe.each(DATABASES)('keys of identity providers in SQL on $name', (database) => {
  let okta: TestOkta
  let host: DocumentServer
  let provider: string
  let published: readonly object[] = [key('old', 'ES256')]
  let refresh: () => Promise<unknown>
  beforeAll(async () => {
    okta = await openTestOkta(database)
    Object.assign(okta.authority, { allowPrivateNetworks: true })
    host = await openDocuments((request, response) => {
      const own = `http://${request.headers.host}`
      const isKeys = request.url === '/keys'
      json(isKeys ? { keys: published } : { issuer: own, jwks_uri: `${own}/keys` })(request, response)
    })
    const { authority } = okta
    const actor = {
      ...authority.actorA,
      roles: new Set(['installation_admin', 'organization_admin'] as const),
    }
    const federation = (await createFederation(authority, actor)).id
    const made = await createIdentityProvider(authority, actor, federation, {
      idpType: 'WORKLOAD',
      displayName: 'robots',
      issuerUri: host.origin,
      audience: 'orders',
      authorizationType: 'USER',
      userClaim: 'sub',
    })
    provider = made.id
    await patchConnectedOrganization(authority, actor, federation, ORGANIZATION_A, {
      dataAccessIdentityProviderIds: [provider],
    })
    refresh = () => refreshProviderKeys(authority, federation, host.origin)
    await refresh()
  })
  afterAll(async () => {
    await host.close()
    await okta.close()
  })

  const keys = async (who = okta.adminA) => (await query(okta, KEYS, who, [provider])).rows
  const revoke = (more = '') =>
    `EXEC rescind.federation.identity_providers.revoke_jwks @id='${provider}', @reason='compromised'${more}`

  it('show them, revoke them and tell which changed', async () => {
    expect(await keys()).toMatchObject([{ kid: 'old', alg: 'ES256', state: 'trusted' }])
    published = [...published, key('new', 'ES256')]
    okta.authority.clock.advance(60_000)
    await refresh()
    expect(await keys()).toMatchObject([{ kid: 'new' }, { kid: 'old', since: '2026-01-01T00:00:00.000Z' }])
    published = published.slice(1)

    const reader = await createCredential(okta.authority, okta.authority.actorA, 'organization_reader')
    expect(await query(okta, revoke(), reader)).toMatchObject({ status: 403 })
    expect(await query(okta, revoke(), okta.adminB)).toMatchObject({ status: 404 })
    expect((await query(okta, revoke(`, @block_kids='[1]'`))).body.code).toBe('sql_invalid')

    const [revoked] = (await query(okta, revoke())).rows
    expect(revoked).toMatchObject({ outcome: 'ok', revocation: expect.stringMatching(/^rvk/) })
    expect(JSON.parse(revoked.blocked)).toMatchObject([{ kid: 'old' }])
    expect(JSON.parse(revoked.still_published)).toMatchObject([{ kid: 'new' }])
    expect(await keys()).toMatchObject([
      { kid: 'new', state: 'trusted' },
      { kid: 'old', state: 'blocked', since: '2026-01-01T00:01:00.000Z' },
    ])
    const inserted = await query(
      okta,
      `INSERT INTO rescind.revocations.revocations(type, target_id, reason, block_kids)
       VALUES ('identity_provider', '${provider}', 'compromised', '["new"]') RETURNING type, reason, times`,
    )
    expect(inserted.rows).toEqual([{ type: 'identity_provider', reason: 'compromised', times: 2 }])
    expect(await keys()).toMatchObject([{ state: 'blocked' }, { state: 'blocked' }])

    const changed = (await query(okta, CHANGED)).rows
    expect(changed.every(({ name, issuer }) => name === 'robots' && issuer === host.origin)).toBe(true)
    const kinds = changed.map(({ kind }) => kind)
    expect(kinds.slice(-4)).toEqual([
      'idp_jwks.refreshed',
      'idp_jwks.refreshed',
      'idp_jwks.revoked',
      'idp_jwks.revoked',
    ])
    expect((await query(okta, CHANGED, okta.adminB)).rows).toEqual([])
    expect(await keys(okta.adminB)).toEqual([])
  })
})
