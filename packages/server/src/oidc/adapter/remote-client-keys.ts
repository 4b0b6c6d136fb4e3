import { decodeProtectedHeader } from 'jose'
import { Provider } from 'oidc-provider'
import type { PublishedKey } from '../../keys/client-jwks/read-jwks.ts'
import type { ClientKey } from '../../keys/client-key.ts'
import { blockedAmong } from '../../store/queries/blocked-keys.ts'
import type { IssuerContext } from './issuer-context.ts'

/**
 * The keys that a client publishes at its `jwks_uri`, less those that the organization has blocked, as if they were
 * registered here: ACTIVE while they are published.
 */
export async function remoteClientKeys(
  {
    authority,
    organizationId,
    clientJwks,
  }: Pick<IssuerContext, 'authority' | 'organizationId' | 'clientJwks'>,
  applicationId: string,
  address: string,
  kid = presentedKid(),
): Promise<readonly ClientKey[]> {
  const published = await clientJwks.keysAt(organizationId, address, kid)
  const blocked = await authority.store.read({ organizationId }, (tx) =>
    blockedAmong(
      tx,
      published.map(({ thumbprint }) => thumbprint),
    ),
  )
  return published.filter(({ thumbprint }) => !blocked.has(thumbprint)).map(asClientKey(applicationId))
}

function asClientKey(applicationId: string): (key: PublishedKey) => ClientKey {
  return ({ jwk: { kid, use: _use, alg, ...material }, use, thumbprint }) => ({
    id: thumbprint,
    applicationId,
    kid: kid ?? null,
    use,
    alg: alg ?? null,
    material,
    thumbprint,
    status: 'ACTIVE',
    createdAt: 0,
    updatedAt: 0,
  })
}

/** The kid that this request's assertion names; of it follows only whether the set is looked at again. */
function presentedKid(): string | undefined {
  const assertion = Provider.ctx?.oidc?.params?.client_assertion
  if (typeof assertion !== 'string') return undefined
  try {
    return decodeProtectedHeader(assertion).kid
  } catch {
    return undefined
  }
}
