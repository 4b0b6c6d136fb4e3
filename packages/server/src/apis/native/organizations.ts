import { Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import { createOrganization, listOrganizations } from '../../directory/organizations.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { cutPage, PageQuery, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100

const NewOrganization = Type.Object(
  {
    name: Type.String({ pattern: '^(?! )[^\\p{C}]{1,100}$(?<! )' }),
    /** A label of a host name (RFC 1123 section 2.1), in lower case. */
    subdomain: Type.String({ pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$' }),
  },
  { additionalProperties: false },
)

const Organization = Type.Object({ id: Type.String(), name: Type.String(), subdomain: Type.String() })

const CreatedOrganization = Type.Object({
  id: Type.String(),
  name: Type.String(),
  subdomain: Type.String(),
  admin: Type.Object({
    login: Type.String(),
    password: Type.String(),
    apiToken: Type.String(),
    publicKey: Type.String(),
    privateKey: Type.String(),
    clientId: Type.String(),
    clientSecret: Type.String(),
  }),
})

/** `POST·GET /organizations`: for administrators of the installation. */
export function organizations(app: NativeApp, authority: Authority): void {
  app.post(
    '/organizations',
    { schema: { body: NewOrganization, response: { 201: CreatedOrganization, ...RESPONSES } } },
    async (request, reply) => {
      const { name, subdomain } = request.body
      const { organization, admin } = await createOrganization(authority, actorOf(request), {
        name,
        subdomain,
      })
      reply.code(201).header('cache-control', 'no-store')
      return {
        id: organization.id,
        name: organization.name,
        subdomain: organization.subdomain,
        // The one reply that shows them.
        admin: {
          login: admin.login,
          password: admin.password.reveal(),
          apiToken: admin.apiToken.reveal(),
          publicKey: admin.digestKey.publicKey,
          privateKey: admin.digestKey.privateKey.reveal(),
          clientId: admin.serviceAccount.clientId,
          clientSecret: admin.serviceAccount.clientSecret.reveal(),
        },
      }
    },
  )

  app.get(
    '/organizations',
    { schema: { querystring: PageQuery, response: { 200: pageOf(Organization), ...RESPONSES } } },
    async (request) => {
      const { after, limit = DEFAULT_LIMIT } = request.query
      const rows = await listOrganizations(authority, actorOf(request), { after, limit })
      return cutPage(rows, limit, ({ id }) => id)
    },
  )
}
