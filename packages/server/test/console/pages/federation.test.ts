import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refreshDue } from '../../../src/federation/provider-keys/refresh.ts'
import { type DocumentServer, openDocuments } from '../../support/documents.ts'
import { type ConsoleWorld, openConsoleWorld } from './world.ts'

const NATIVE = '/api/rescind/v1'

const ec = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
})

describe('the federation in the console', () => {
  let world: ConsoleWorld
  let host: DocumentServer
  let published = [ec('stolen'), ec('kept')]
  beforeAll(async () => {
    world = await openConsoleWorld()
    host = await openDocuments((request, response) => {
      const body = request.url?.endsWith('/openid-configuration')
        ? { issuer: host.origin, jwks_uri: `${host.origin}/keys` }
        : { keys: published }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    const { admin } = world
    const { federationSettingsId: federation } = await admin.ok(`GET ${NATIVE}/bootstrap`)
    const provider = await admin.ok(`POST ${NATIVE}/federations/${federation}/identity-providers`, {
      idpType: 'WORKLOAD',
      displayName: 'Robots',
      issuerUri: host.origin,
      audience: 'orders',
      authorizationType: 'USER',
      userClaim: 'sub',
    })
    const { items } = await admin.ok(`GET ${NATIVE}/federations/${federation}/organizations`)
    await admin.ok(`PUT ${NATIVE}/federations/${federation}/organizations/${items[0].organizationId}`, {
      identityProviders: [provider.id],
    })
    await refreshDue(world.nodes.nodes[0].authority)
  })
  afterAll(async () => {
    await host.close()
    await world.close()
  })

  it('shows a provider with its keys, and revokes them: what is gone, and what is ticked, is blocked', async () => {
    const { page, complaints } = await world.open('federation')
    const keys = page.getByRole('list', { name: 'Keys', exact: true }).getByRole('listitem')
    const stateOf = (kid: string) => keys.filter({ hasText: kid }).textContent()
    await keys.filter({ hasText: 'stolen' }).getByText('Trusted').waitFor()
    expect(await keys.count()).toBe(2)
    await page.getByText('takes the tokens of Robots').waitFor()

    published = [...published.slice(1), ec('fresh')]
    await page.getByRole('button', { name: 'Revoke JWKS' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('is logged out, in every connected organization').waitFor()
    await dialog.getByLabel('kept').check()
    await dialog.getByLabel(/to confirm/).fill('Robots')
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.waitForURL('**/revocations/**')

    await page.goto(`${world.url}federation`)
    await keys.filter({ hasText: 'fresh' }).getByText('Trusted').waitFor()
    expect(await stateOf('stolen')).toContain('Blocked for ever')
    expect(await stateOf('kept')).toContain('Blocked for ever')
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
