import type { JsonSchema } from './overlay.ts'

interface AtlasOverlay {
  /** What the correction rests on. */
  readonly reason: string
  readonly definition: string
  /** Members that are replaced. */
  readonly properties?: Readonly<Record<string, JsonSchema>>
  /** What the branches of a union are in truth. */
  readonly union?: 'anyOf'
}

/** Recorded ids have letters of both cases; our own are of the newer form. */
const legacyId: JsonSchema = { type: ['string', 'null'], pattern: '^([A-Za-z0-9]{20}|[a-f0-9]{24})$' }
const nullableList = (items: JsonSchema): JsonSchema => ({ type: ['array', 'null'], items })

const OVERLAPPING =
  'the kinds of providers have no discriminator, and one has no more than the members of another'

/** Where the wire is not what the description says; ATLAS.md marks each as recorded, or as our own choice. */
export const ATLAS_OVERLAYS: readonly AtlasOverlay[] = [
  {
    reason: 'recorded: parameters are texts and numbers, or null',
    definition: 'ApiError',
    properties: { parameters: nullableList({ type: ['string', 'number'] }) },
  },
  {
    reason: 'recorded: null where there are none, and ids that are no hexadecimal',
    definition: 'ConnectedOrgConfig',
    properties: { identityProviderId: legacyId, userConflicts: { type: 'null' } },
  },
  {
    reason: 'recorded: null where no provider is connected',
    definition: 'OrgFederationSettings',
    properties: { identityProviderId: legacyId },
  },
  ...['FederationIdentityProvider', 'FederationOidcIdentityProvider'].map((definition) => ({
    reason: OVERLAPPING,
    definition,
    union: 'anyOf' as const,
    properties: { oktaIdpId: legacyId },
  })),
  ...[
    'FederationSamlIdentityProvider',
    'FederationOidcWorkforceIdentityProvider',
    'FederationOidcWorkloadIdentityProvider',
  ].map((definition) => ({
    reason: 'recorded: an older id is letters and digits, and null for OpenID Connect',
    definition,
    properties: { oktaIdpId: legacyId },
  })),
  {
    reason: 'recorded: null where no file was uploaded',
    definition: 'PemFileInfo',
    properties: { fileName: { type: ['string', 'null'] } },
  },
  {
    reason: 'ours: a network that nobody has come from yet was used no times',
    definition: 'UserAccessListResponse',
    properties: { count: { type: 'integer', minimum: 0 } },
  },
]

/** Statuses that the description does not list, and why they are answered. */
export const UNLISTED_ATLAS_STATUSES: Readonly<Record<number, string>> = {
  400: 'a malformed id or query is refused, also where the description lists no 400',
  404: 'what belongs to another organization does not exist, anywhere',
  405: 'the path exists under another method',
  406: 'recorded: a missing or unknown version',
  409: 'a limit is reached, also where the description lists no 409',
  413: 'a body that is too large',
  415: 'a body that is not JSON',
  503: 'the database cannot be reached',
}
