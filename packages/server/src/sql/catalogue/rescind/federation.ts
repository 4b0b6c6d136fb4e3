import { federationOfActor } from '../../../federation/federations.ts'
import { type ListedProvider, listIdentityProviders } from '../../../federation/identity-providers.ts'
import { json, type Resource, text, timestamp } from '../resource.ts'
import { ownMethod, timeOf } from './method.ts'

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
  ],
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
