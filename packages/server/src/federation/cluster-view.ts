import type { View } from '@rescind/core/log'
import type { Authority } from '../authority/index.ts'
import { customIssuerUrl } from '../directory/issuer.ts'
import type { ReadTx } from '../store/index.ts'
import { findApiByIdentifier } from '../store/queries/apis.ts'
import { findAuthorizationServerOfAudience } from '../store/queries/authorization-servers.ts'
import type { Cluster } from './cluster.ts'

/**
 * What the verifiers of a cluster may learn: of access tokens, for its APIs, from the authorization servers that
 * issue for those, and from its identity providers.
 */
export async function viewOfCluster(
  authority: Pick<Authority, 'publicUrl'>,
  tx: ReadTx,
  cluster: Cluster,
): Promise<View> {
  const issuers = new Set<string>()
  for (const { resource } of cluster.apis) {
    const api = await findApiByIdentifier(tx, resource)
    const ids = [api?.authorization_server_id, await findAuthorizationServerOfAudience(tx, resource)]
    for (const id of ids) if (id !== undefined) issuers.add(customIssuerUrl(authority, id))
  }
  return {
    classes: ['access'],
    issuers: [...issuers],
    resources: [...new Set(cluster.apis.map(({ resource }) => resource))],
    providers: cluster.identityProviders,
  }
}
