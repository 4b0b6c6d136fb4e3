import type { Account } from 'oidc-provider'
import { decodeProfile } from '../directory/users-profile.ts'
import { findUser } from '../store/queries/users.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { claimsOf } from './claims.ts'

/** The user behind a token, while the user may sign in: whoever is suspended or gone has no claims to give. */
export async function findAccount(
  { authority, organizationId }: Pick<IssuerContext, 'authority' | 'organizationId'>,
  id: string,
): Promise<Account | undefined> {
  const row = await authority.store.read({ organizationId }, (tx) => findUser(tx, id))
  if (row?.status !== 'ACTIVE') return undefined
  const claims = claimsOf({ id: row.id, profile: decodeProfile(row.profile), updatedAt: row.updated_at })
  return { accountId: row.id, claims: async () => claims }
}
