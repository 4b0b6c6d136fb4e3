import type { Account, AccountClaims } from 'oidc-provider'
import { decodeProfile } from '../directory/users-profile.ts'
import { findUser } from '../store/queries/users.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { claimsOf } from './claims.ts'

type Directory = Pick<IssuerContext, 'authority' | 'organizationId'>

/** The user behind a token, while the user may sign in: whoever is suspended or gone has no claims to give. */
export async function findAccount(directory: Directory, id: string): Promise<Account | undefined> {
  const claims = await activeUserClaims(directory, id)
  return claims && { accountId: id, claims: async () => claims }
}

/** The claims of a user who may sign in; undefined for anybody else. */
export async function activeUserClaims(
  { authority, organizationId }: Directory,
  id: string,
): Promise<AccountClaims | undefined> {
  const row = await authority.store.read({ organizationId }, (tx) => findUser(tx, id))
  if (row?.status !== 'ACTIVE') return undefined
  return claimsOf({ id: row.id, profile: decodeProfile(row.profile), updatedAt: row.updated_at })
}
