import { expect, it } from 'vitest'
import { clientToken, introspect, userinfoStatus } from '../../support/oidc-world.ts'
import { attackedWorld } from '../world.ts'

const world = attackedWorld()

it('a client whose id is that of a user gets no token that passes for the user', async () => {
  const { admin, ada, apis } = world()
  const { body } = await admin.call('POST /api/v1/apps', {
    name: 'oidc_client',
    label: 'Impostor',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { client_id: ada.id, token_endpoint_auth_method: 'client_secret_basic' } },
    settings: { oauthClient: { application_type: 'service', grant_types: ['client_credentials'] } },
  })
  const { client_id: clientId, client_secret: secret } = body.credentials.oauthClient
  expect(clientId).toBe(ada.id)
  const impostor = { id: body.id, clientId, secret, method: 'client_secret_basic', redirectUri: '' } as const
  const { access_token: token } = await clientToken(impostor, apis.jwt)
  // Only a user's token has these; `sub` alone is never to be read as a user (docs/oauth.md).
  const described = await introspect(world(), apis.jwt.issuer, token)
  expect(described).toMatchObject({ active: true, client_id: ada.id })
  expect(described).not.toHaveProperty('uid')
  expect(described).not.toHaveProperty('username')
  expect(described).not.toHaveProperty('sid')
  expect(await userinfoStatus(apis.jwt.issuer, token)).toBe(403)
})

it('a client gets no scope that speaks of a user', async () => {
  const { service, apis } = world()
  const { scope } = await clientToken(service, apis.jwt)
  expect(scope).not.toMatch(/openid|profile|offline_access/)
})
