import type { Authority } from '../../authority/index.ts'
import { SYSTEM } from '../../store/index.ts'
import { findFederationOfOrganization, findFederationOrganization } from '../../store/queries/federations.ts'
import { listIdentityProviders } from '../../store/queries/identity-providers.ts'
import { listRoleMappings } from '../../store/queries/role-mappings.ts'
import { type ConnectedOrganization, isConnectedTo, readConnectedOrganization } from '../federation.ts'
import { type OidcProvider, readProvider } from '../identity-provider.ts'

/** A provider through which people sign in, and the terms of the organization that they sign in to. */
export interface SignInProvider {
  readonly provider: OidcProvider & { readonly clientId: string }
  readonly connected: ConnectedOrganization
  /** The secret by which the provider knows us; null where we are a public client. */
  readonly sealedSecret: string | null
}

/**
 * Through which identity providers the people of an organization may sign in: OpenID Connect ones for a workforce that
 * the organization is connected to and that know us as a client. In order of their names.
 */
export async function signInProviders(
  { store }: Pick<Authority, 'store'>,
  organizationId: string,
): Promise<readonly SignInProvider[]> {
  const federationId = await store.read(SYSTEM, (tx) => findFederationOfOrganization(tx, organizationId))
  if (federationId === undefined) return []
  return store.read({ federationId }, async (tx) => {
    const row = await findFederationOrganization(tx, organizationId)
    if (row === undefined) return []
    const connected = readConnectedOrganization(row, await listRoleMappings(tx, organizationId))
    return (await listIdentityProviders(tx))
      .filter(({ id }) => isConnectedTo(row, id))
      .flatMap((each) => {
        const provider = readProvider(each)
        if (provider.protocol !== 'OIDC' || provider.idpType !== 'WORKFORCE') return []
        const { clientId } = provider
        return clientId === null
          ? []
          : [{ provider: { ...provider, clientId }, connected, sealedSecret: each.client_secret }]
      })
      .toSorted((a, b) => (a.provider.displayName < b.provider.displayName ? -1 : 1))
  })
}
