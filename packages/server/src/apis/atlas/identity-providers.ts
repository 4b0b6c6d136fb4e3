import type { Static } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { IDP_TYPES, type IdentityProvider } from '../../federation/identity-provider.ts'
import {
  createIdentityProvider,
  deleteIdentityProvider,
  type ListedProvider,
  listIdentityProviders,
  updateIdentityProvider,
  updateSamlProvider,
} from '../../federation/identity-providers.ts'
import { revokeProviderKeys } from '../../federation/provider-keys/revoke.ts'
import type { ProviderSettings } from '../../federation/provider-settings.ts'
import type { SamlChange } from '../../federation/saml-settings.ts'
import { refusal } from './errors/refusal.ts'
import { ChangedProvider, NewProvider } from './federation-bodies.ts'
import { metadataShown, providerShown } from './federation-shown.ts'
import { pageOf } from './pages.ts'
import { inOwnOrganization } from './permissions.ts'
import { several } from './query.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasCall, AtlasResource } from './route.ts'

const LIST = '/federationSettings/{federationSettingsId}/identityProviders'
const ONE = `${LIST}/{identityProviderId}` as const

const common = {
  limit: RATE_GROUPS.identityProviders,
  permission: inOwnOrganization('owner'),
} as const
/** The older version names SAML providers by their older ids, and is retired. */
const OLDER = '2023-01-01'
const both = {
  ...common,
  versions: [OLDER, '2023-11-15'],
  sunset: { [OLDER]: 'Wed, 1 Jan 2025 00:00:00 GMT' },
} as const
const PROTOCOLS = ['SAML', 'OIDC'] as const

/** `…/identityProviders` of a federation. */
export const identityProviders: AtlasResource = (atlas, authority) => {
  atlas.route(`GET ${LIST}`, {
    ...common,
    versions: ['2023-01-01'],
    async run({ actor, params: { federationSettingsId: id = '' }, values }) {
      // A bare list omits OpenID Connect and WORKLOAD.
      const protocols: readonly string[] = several(values, 'protocol', PROTOCOLS) ?? ['SAML']
      const types: readonly string[] = several(values, 'idpType', IDP_TYPES) ?? ['WORKFORCE']
      const all = await listIdentityProviders(authority, actor, id)
      const rows = all.filter(
        ({ provider }) => protocols.includes(provider.protocol) && types.includes(provider.idpType),
      )
      return { rows, all }
    },
    answer: ({ rows, all }, call) => pageOf(call, rows, (one) => listedShown(one, all)),
  })

  atlas.route(`POST ${LIST}`, {
    ...common,
    versions: ['2023-11-15'],
    body: NewProvider,
    run({ actor, params: { federationSettingsId: id = '' }, body }) {
      if (body.protocol === 'SAML') throw refusal('INVALID_ATTRIBUTE', 'protocol')
      const settings = { ...settingsIn(body), idpType: body.idpType || undefined }
      return createIdentityProvider(authority, actor, id, settings)
    },
    answer: (provider) => providerShown(provider, [], []),
  })

  atlas.route(`GET ${ONE}`, {
    ...both,
    run: (call) => find(authority, call),
    answer: ({ one, all }) => listedShown(one, all),
  })

  atlas.route(`PATCH ${ONE}`, {
    ...both,
    body: ChangedProvider,
    async run(call) {
      const { one } = await find(authority, call)
      const { protocol, idpType, id, federationId } = one.provider
      if (call.body.protocol && call.body.protocol !== protocol)
        throw refusal('ATTRIBUTE_READ_ONLY', 'protocol')
      if (call.body.idpType && call.body.idpType !== idpType) throw refusal('ATTRIBUTE_READ_ONLY', 'idpType')
      if (protocol === 'SAML')
        await updateSamlProvider(authority, call.actor, federationId, id, samlChangeIn(call.body))
      else await updateIdentityProvider(authority, call.actor, federationId, id, settingsIn(call.body))
      return find(authority, call)
    },
    answer: ({ one, all }) => listedShown(one, all),
  })

  atlas.route(`DELETE ${ONE}`, {
    ...common,
    versions: ['2023-11-15'],
    async run(call) {
      const { provider } = (await find(authority, call)).one
      await deleteIdentityProvider(authority, call.actor, provider.federationId, provider.id)
    },
    status: 204,
  })

  atlas.route(`DELETE ${ONE}/jwks`, {
    ...common,
    versions: ['2023-11-15'],
    async run(call) {
      const { provider } = (await find(authority, call)).one
      // Atlas asks for no reason.
      const request = { reason: 'unspecified' } as const
      await revokeProviderKeys(authority, call.actor, provider.federationId, provider.id, request)
    },
    status: 204,
  })

  atlas.route(`GET ${ONE}/metadata.xml`, {
    ...common,
    versions: [OLDER],
    async run({ actor, params: { federationSettingsId = '', identityProviderId = '' } }) {
      const all = await listIdentityProviders(authority, actor, federationSettingsId)
      const one = all.find(({ provider }) => isNamed(provider, identityProviderId))
      if (one === undefined)
        throw refusal('IDENTITY_PROVIDER_DOES_NOT_EXIST', identityProviderId.slice(0, 64))
      if (one.provider.protocol === 'OIDC') throw refusal('METHOD_NOT_ALLOWED', 'GET')
      return one.provider.saml
    },
    text: true,
    answer: metadataShown,
  })
}

interface Found {
  readonly one: ListedProvider
  readonly all: readonly ListedProvider[]
}

/** The provider of a path: by its id, or, in the older version, a SAML provider by its older one. */
async function find(
  authority: Authority,
  { actor, params, version }: Pick<AtlasCall, 'params' | 'version'> & { readonly actor: Actor },
): Promise<Found> {
  const { federationSettingsId = '', identityProviderId: id = '' } = params
  const isOlder = version === OLDER
  if (!isOlder && !/^[a-f0-9]{24}$/.test(id)) throw refusal('INVALID_PATH_PARAMETER', 'identityProviderId')
  const all = await listIdentityProviders(authority, actor, federationSettingsId)
  const one = all.find(({ provider }) =>
    isOlder ? provider.protocol === 'SAML' && isNamed(provider, id) : provider.id === id,
  )
  if (one !== undefined) return { one, all }
  throw isOlder
    ? refusal('IDENTITY_PROVIDER_DOES_NOT_EXIST', id.slice(0, 64))
    : refusal('RESOURCE_NOT_FOUND', `Identity provider with id ${id}`)
}

function isNamed(provider: IdentityProvider, id: string): boolean {
  return provider.protocol === 'SAML' ? provider.saml.oktaIdpId === id : provider.id === id
}

function listedShown({ provider, organizations }: ListedProvider, all: readonly ListedProvider[]) {
  return providerShown(
    provider,
    organizations,
    all.map((one) => one.provider),
  )
}

/** What a body asks for. An empty text is a text left out, but for the description, which it empties. */
function settingsIn(body: Static<typeof NewProvider>): ProviderSettings {
  return {
    displayName: body.displayName || undefined,
    description: body.description,
    issuerUri: body.issuerUri || undefined,
    audience: body.audience || undefined,
    authorizationType: body.authorizationType || undefined,
    userClaim: body.userClaim || undefined,
    groupsClaim: body.groupsClaim || undefined,
    clientId: body.clientId || undefined,
    requestedScopes: body.requestedScopes ?? undefined,
    associatedDomains: body.associatedDomains ?? undefined,
  }
}

/** Of a SAML provider, the one member that the description of the service requires has to be there. */
function samlChangeIn(body: Static<typeof ChangedProvider>): SamlChange {
  if (body.ssoDebugEnabled === undefined || body.ssoDebugEnabled === null)
    throw refusal('MISSING_ATTRIBUTE', 'ssoDebugEnabled')
  return {
    displayName: body.displayName || undefined,
    description: body.description,
    issuerUri: body.issuerUri || undefined,
    associatedDomains: body.associatedDomains ?? undefined,
    certificates: body.pemFileInfo?.certificates,
    fileName: body.pemFileInfo?.fileName,
    requestBinding: body.requestBinding || undefined,
    responseSignatureAlgorithm: body.responseSignatureAlgorithm || undefined,
    slug: body.slug ?? undefined,
    ssoDebugEnabled: body.ssoDebugEnabled,
    ssoUrl: body.ssoUrl || undefined,
    status: body.status || undefined,
  }
}
