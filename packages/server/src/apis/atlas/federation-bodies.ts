import { type TSchema, Type } from 'typebox'
import { AUTHORIZATION_TYPES, IDP_TYPES } from '../../federation/identity-provider.ts'
import { CLOSED } from './bodies.ts'

/** Clients send every member that they know of, so whatever is empty counts as left out. */
const maybe = <Schema extends TSchema>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Literal(''), Type.Null()]))
const Text = Type.Optional(Type.Union([Type.String({ maxLength: 2048 }), Type.Null()]))
const Texts = Type.Optional(
  Type.Union([Type.Array(Type.String({ maxLength: 2048 }), { maxItems: 500 }), Type.Null()]),
)
const Ignored = Type.Optional(Type.Unknown())

const PROVIDER = {
  associatedDomains: Texts,
  audience: Text,
  authorizationType: maybe(Type.Enum(AUTHORIZATION_TYPES)),
  clientId: Text,
  description: Text,
  displayName: Text,
  groupsClaim: Text,
  idpType: maybe(Type.Enum(IDP_TYPES)),
  issuerUri: Text,
  protocol: maybe(Type.Enum(['OIDC', 'SAML'])),
  requestedScopes: Texts,
  userClaim: Text,
}

const PemFileInfo = Type.Object(
  {
    certificates: Type.Optional(
      Type.Array(
        Type.Object(
          {
            content: Type.Optional(Type.String({ maxLength: 16_384 })),
            notAfter: Type.Optional(Type.String({ maxLength: 64 })),
            notBefore: Type.Optional(Type.String({ maxLength: 64 })),
          },
          CLOSED,
        ),
        { maxItems: 20 },
      ),
    ),
    fileName: Text,
  },
  CLOSED,
)

export const NewProvider = Type.Object(PROVIDER, CLOSED)

/**
 * The SDK's type of a change holds the members of OpenID Connect and of SAML providers, one of the latter always sent;
 * and whoever sends back what was read sends what cannot be changed. Those of the other protocol are passed over.
 */
export const ChangedProvider = Type.Object(
  {
    ...PROVIDER,
    acsUrl: Ignored,
    associatedOrgs: Ignored,
    audienceUri: Ignored,
    createdAt: Ignored,
    id: Ignored,
    oktaIdpId: Ignored,
    pemFileInfo: Type.Optional(Type.Union([PemFileInfo, Type.Null()])),
    requestBinding: maybe(Type.Enum(['HTTP-POST', 'HTTP-REDIRECT'])),
    responseSignatureAlgorithm: maybe(Type.Enum(['SHA-1', 'SHA-256'])),
    slug: Text,
    ssoDebugEnabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    ssoUrl: Text,
    status: maybe(Type.Enum(['ACTIVE', 'INACTIVE'])),
    updatedAt: Ignored,
  },
  CLOSED,
)

export const RoleMappingBody = Type.Object(
  {
    externalGroupName: Type.String({ minLength: 1, maxLength: 200 }),
    id: Ignored,
    roleAssignments: Type.Array(
      Type.Object({ groupId: Text, orgId: Text, role: Type.String({ maxLength: 100 }) }, CLOSED),
      { minItems: 1, maxItems: 100 },
    ),
  },
  CLOSED,
)

/** What is recorded as coming back whole from clients, so what cannot be changed is taken and passed over. */
export const ConnectedOrganizationBody = Type.Object(
  {
    dataAccessIdentityProviderIds: Texts,
    domainAllowList: Texts,
    domainRestrictionEnabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    identityProviderId: Text,
    instantUserProvisioningDisabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    orgId: Ignored,
    postAuthRoleGrants: Texts,
    roleMappings: Type.Optional(Type.Union([Type.Array(RoleMappingBody, { maxItems: 200 }), Type.Null()])),
    userConflicts: Ignored,
  },
  CLOSED,
)
