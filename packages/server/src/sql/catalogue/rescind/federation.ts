import { federationOfActor } from '../../../federation/federations.ts'
import { type ListedProvider, listIdentityProviders } from '../../../federation/identity-providers.ts'
import { federationOfProvider, providerHealth } from '../../../federation/provider-keys/health.ts'
import { revokeProviderKeys } from '../../../federation/provider-keys/revoke.ts'
import { json, type MethodCall, type Resource, text, timestamp } from '../resource.ts'
import { ownMethod, timeOf } from './method.ts'
import { blockedKids, why } from './reason.ts'

export const identityProviders: Resource = {
  provider: 'rescind',
  service: 'federation',
  name: 'identity_providers',
  description: 'The identity providers of the federation that the organization is connected to',
  columns: [
    text('id', 'The id of the identity provider'),
    text('name', 'What people call it'),
    text('description', 'What it is for'),
    text('protocol', 'OIDC or SAML'),
    text('type', 'WORKFORCE or WORKLOAD'),
    text('issuer', 'The iss of its tokens'),
    text('audience', 'The audience of its tokens'),
    text('client_id', 'What it knows this authority by'),
    json('domains', 'The mail domains whose people it signs in'),
    json('organizations', 'The organizations that are connected to it'),
    timestamp('created', 'When it was created'),
    timestamp('updated', 'When it was changed last'),
  ],
  methods: [
    ownMethod({
      name: 'list',
      verb: 'select',
      description: 'All of them; none where the organization is in no federation',
      async run({ services, actor }) {
        const federation = await federationOfActor(services.authority, actor)
        if (federation === undefined) return { rows: [] }
        return { rows: (await listIdentityProviders(services.authority, actor, federation.id)).map(shown) }
      },
    }),
    ownMethod({
      name: 'revoke_jwks',
      verb: 'exec',
      required: ['id'],
      optional: ['reason', 'note', 'block_kids'],
      shows: [
        text('revocation', 'The id of the revocation: rvk…'),
        text('outcome', 'ok, or why the provider could not be asked: then none of its keys is trusted'),
        timestamp('not_after', 'What the issuer signed no later is void'),
        json('trusted', 'The keys that are trusted from now on'),
        json('blocked', 'The keys that are blocked for ever by this'),
        json('still_published', 'Keys known before that it still publishes: block_kids blocks them too'),
      ],
      description:
        'Voids what the provider has signed until now, and blocks keys that it no longer publishes',
      operation: 'POST /api/rescind/v1/federations/{federationId}/identity-providers/{id}/revoke-keys',
      run: revokeJwks,
    }),
  ],
}

export const providerKeys: Resource = {
  provider: 'rescind',
  service: 'federation',
  name: 'keys',
  description: 'The keys of the identity providers, as they were seen',
  columns: [
    text('provider_id', 'The id of the identity provider'),
    text('provider', 'What people call it'),
    text('issuer', 'The iss of its tokens'),
    text('kid', 'The id by which the provider names the key'),
    text('thumbprint', 'The thumbprint of the key'),
    text('alg', 'What it signs by, where the provider says so'),
    text('state', 'trusted, published, gone or blocked'),
    timestamp('since', 'Since when: blocked, or seen last where it is gone, or seen first'),
    timestamp('first_seen', 'When it was seen first'),
    timestamp('last_seen', 'When it was seen last'),
  ],
  methods: [
    ownMethod({
      name: 'list',
      verb: 'select',
      optional: ['provider_id'],
      description: 'All of them, of one provider or of all',
      operation: 'GET /api/rescind/v1/identity-providers/{id}/health',
      run: listKeys,
    }),
  ],
}

async function revokeJwks({ services: { authority }, actor, parameters }: MethodCall) {
  const id = parameters.get('id') ?? ''
  const request = {
    ...why(Object.fromEntries(parameters)),
    blockKids: blockedKids(parameters.get('block_kids')),
  }
  const federationId = await federationOfProvider(authority, id)
  const revoked = await revokeProviderKeys(authority, actor, federationId, id, request)
  const { outcome, notAfter, trusted, blocked, stillPublished, revocations } = revoked
  const revocation = revocations.get(actor.organizationId)?.id
  const keys = { trusted, blocked, still_published: stillPublished }
  return { rows: [{ revocation, outcome, not_after: timeOf(notAfter), ...keys }] }
}

async function listKeys({ services: { authority }, actor, parameters, limit }: MethodCall) {
  const federation = await federationOfActor(authority, actor)
  if (federation === undefined) return { rows: [] }
  const wanted = parameters.get('provider_id')
  const rows: object[] = []
  for (const { provider } of await listIdentityProviders(authority, actor, federation.id)) {
    if (provider.protocol !== 'OIDC' || (wanted !== undefined && provider.id !== wanted)) continue
    const { keys } = await providerHealth(authority, actor, provider.id)
    for (const { kid, thumbprint, alg, state, since, firstSeenAt, lastSeenAt } of keys)
      rows.push({
        provider_id: provider.id,
        provider: provider.displayName,
        issuer: provider.issuerUri,
        kid,
        thumbprint,
        alg,
        state,
        since: timeOf(since),
        first_seen: timeOf(firstSeenAt),
        last_seen: timeOf(lastSeenAt),
      })
    if (rows.length > limit) break
  }
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}

function shown({ provider, organizations }: ListedProvider): object {
  const isOidc = provider.protocol === 'OIDC'
  return {
    id: provider.id,
    name: provider.displayName,
    description: provider.description,
    protocol: provider.protocol,
    type: provider.idpType,
    issuer: provider.issuerUri,
    audience: isOidc ? provider.audience : provider.saml.audienceUri,
    client_id: isOidc ? provider.clientId : null,
    domains: provider.associatedDomains,
    organizations: organizations.map(({ organizationId }) => organizationId),
    created: timeOf(provider.createdAt),
    updated: timeOf(provider.updatedAt),
  }
}
