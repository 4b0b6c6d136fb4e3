import type { Actor, Authority } from '../authority/index.ts'
import { findIssuer } from '../directory/issuer.ts'
import { listIssuerIds } from '../store/queries/issuers.ts'

/** The `iss` of each authorization server of the actor's organization, its own one included, active or not. */
export function listIssuerUrls(authority: Authority, actor: Actor): Promise<readonly string[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const urls: string[] = []
    for (const id of await listIssuerIds(tx)) {
      const issuer = await findIssuer(authority, tx, id)
      if (issuer !== undefined) urls.push(issuer.url)
    }
    return urls
  })
}
