import { expect, it } from 'vitest'
import { curl } from '../support/atlas.ts'
import { DATABASES } from '../support/databases.ts'
import { startServer } from '../support/server-process.ts'

const CLIENT = 'mdb_sa_id_1234567890abcdef12345678'
const SECRET = `mdb_sa_sk_${'a'.repeat(40)}`
const KEY = 'abcdefgh:11111111-2222-3333-4444-555555555555'
const [PUBLIC = '', PRIVATE = ''] = KEY.split(':')
const ORGANIZATION = 'a'.repeat(24)
const FEDERATION = 'f'.repeat(24)
const ACCEPT = ['-H', 'Accept: application/vnd.atlas.2023-01-01+json']
const JSON_BODY = ['-H', 'Content-Type: application/json']

it.each(DATABASES.filter(({ name }) => name === 'sqlite'))(
  'the administrator of the first start owns the organization, by key and by service account, on $name',
  async (database) => {
    const place = await database.place()
    const server = await startServer(place.options, {
      RESCIND_ORG_ID: ORGANIZATION,
      RESCIND_FEDERATION_ID: FEDERATION,
      RESCIND_ADMIN_PUBLIC_KEY: PUBLIC,
      RESCIND_ADMIN_PRIVATE_KEY: PRIVATE,
      RESCIND_ADMIN_CLIENT_ID: CLIENT,
      RESCIND_ADMIN_CLIENT_SECRET: SECRET,
    })
    const api = `${server.url}/api/atlas/v2`
    const digest = ['--digest', '-u', KEY, ...ACCEPT]
    const root = await curl(api, ...digest)
    expect(root.body.apiKey.roles).toEqual([{ orgId: ORGANIZATION, roleName: 'ORG_OWNER' }])
    const issued = await curl(
      `${server.url}/api/oauth/token`,
      ...['-u', `${CLIENT}:${SECRET}`, '-d', 'grant_type=client_credentials'],
    )
    const bearer = ['-H', `Authorization: Bearer ${issued.body.access_token}`, ...ACCEPT]
    for (const way of [digest, bearer]) {
      const settings = await curl(`${api}/orgs/${ORGANIZATION}/federationSettings`, ...way)
      expect(settings.body).toMatchObject({ id: FEDERATION, identityProviderStatus: 'INACTIVE' })
      expect((await curl(`${api}/groups`, ...way)).body.totalCount).toBe(1)
    }
    const asked = {
      name: 'Second Organization',
      apiKey: { desc: 'first key', roles: ['ORG_OWNER'] },
      federationSettingsId: FEDERATION,
    }
    const made = await curl(`${api}/orgs`, ...digest, ...JSON_BODY, '-d', JSON.stringify(asked))
    expect(made.status).toBe(201)
    const { organization, apiKey, federationSettingsId } = made.body
    expect([organization.name, apiKey.desc, federationSettingsId]).toEqual([
      'Second Organization',
      'first key',
      FEDERATION,
    ])
    const theirs = ['--digest', '-u', `${apiKey.publicKey}:${apiKey.privateKey}`, ...ACCEPT]
    const own = await curl(`${api}/orgs/${organization.id}/federationSettings`, ...theirs)
    expect(own.body.id).toBe(FEDERATION)
    // No administrator of the installation, and so no maker of organizations.
    const again = await curl(`${api}/orgs`, ...theirs, ...JSON_BODY, '-d', '{"name":"Third"}')
    expect([again.status, again.body.errorCode]).toEqual([401, 'USER_UNAUTHORIZED'])
    await server.end('SIGTERM')
    await place.remove()
  },
)
