import { Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import {
  createSamlProvider,
  getIdentityProvider,
  updateSamlProvider,
} from '../../federation/identity-providers.ts'
import { actorOf } from './authentication.ts'
import { idsOf, ProviderBody, representProvider } from './identity-providers.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

const closed = { additionalProperties: false } as const
const ObjectId = Type.String({ pattern: '^[0-9a-f]{24}$' })
const Uri = Type.String({ minLength: 1, maxLength: 2_048 })
const Time = Type.String({ maxLength: 64 })

const CHANGE = {
  displayName: Type.Optional(Type.String({ maxLength: 50 })),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
  issuerUri: Type.Optional(Uri),
  associatedDomains: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { maxItems: 100 }),
  ),
  /** Each as PEM, or by its times; only the times are kept. */
  certificates: Type.Optional(
    Type.Array(
      Type.Union([
        Type.Object({ content: Type.String({ minLength: 1, maxLength: 16_384 }) }, closed),
        Type.Object({ notBefore: Time, notAfter: Time }, closed),
      ]),
      { maxItems: 20 },
    ),
  ),
  fileName: Type.Optional(Type.Union([Type.String({ maxLength: 256 }), Type.Null()])),
  requestBinding: Type.Optional(Type.Enum(['HTTP-POST', 'HTTP-REDIRECT'])),
  responseSignatureAlgorithm: Type.Optional(Type.Enum(['SHA-1', 'SHA-256'])),
  slug: Type.Optional(Type.String({ maxLength: 256 })),
  ssoDebugEnabled: Type.Optional(Type.Boolean()),
  ssoUrl: Type.Optional(Uri),
  status: Type.Optional(Type.Enum(['ACTIVE', 'INACTIVE'])),
}
const Change = Type.Object(CHANGE, closed)
const NewProvider = Type.Object(
  {
    ...CHANGE,
    /** Atlas's older id. */
    oktaIdpId: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z]{20}$' })),
    acsUrl: Type.Optional(Uri),
    audienceUri: Type.Optional(Uri),
  },
  closed,
)

/**
 * `POST /federations/{id}/saml-providers`, `PATCH …/{providerId}`: what Atlas leaves to its user interface. They are
 * read and deleted among the identity providers.
 */
export function samlProviders(app: NativeApp, authority: Authority): void {
  app.post(
    '/federations/:id/saml-providers',
    {
      schema: {
        params: Type.Object({ id: ObjectId }),
        body: NewProvider,
        response: { 201: ProviderBody, ...RESPONSES },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const provider = await createSamlProvider(authority, actor, request.params.id, request.body)
      reply.code(201)
      return representProvider(provider, [])
    },
  )

  app.patch(
    '/federations/:id/saml-providers/:providerId',
    {
      schema: {
        params: Type.Object({ id: ObjectId, providerId: ObjectId }),
        body: Change,
        response: { 200: ProviderBody, ...RESPONSES },
      },
    },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { id, providerId } = request.params
      await updateSamlProvider(authority, actor, id, providerId, request.body)
      const found = await getIdentityProvider(authority, actor, id, providerId)
      return representProvider(found.provider, idsOf(found.organizations))
    },
  )
}
