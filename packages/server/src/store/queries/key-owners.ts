import { organizationOf, type ReadTx } from '../store.ts'

/** Whose ring a key is or was in. */
export type KeyOwner =
  | { readonly type: 'client'; readonly client: string; readonly applicationId: string }
  | { readonly type: 'issuer'; readonly issuer: string; readonly kid: string }
  | { readonly type: 'api'; readonly issuer: string }

/**
 * The owner of a key by its RFC 7638 thumbprint: a client, an issuer for its signing keys, an authorization server
 * for the keys that its APIs' tokens are encrypted to.
 */
export async function findKeyOwner(tx: ReadTx, thumbprint: string): Promise<KeyOwner | undefined> {
  const organization = organizationOf(tx)
  const signing = await tx.db
    .selectFrom('signing_keys')
    .select(['issuer_id', 'kid'])
    .where('organization_id', '=', organization)
    // The kid of a signing key is its thumbprint.
    .where('kid', '=', thumbprint)
    .executeTakeFirst()
  if (signing !== undefined) return { type: 'issuer', issuer: signing.issuer_id, kid: signing.kid }
  const client = await tx.db
    .selectFrom('client_keys')
    .innerJoin('applications', (join) =>
      join
        .onRef('applications.organization_id', '=', 'client_keys.organization_id')
        .onRef('applications.id', '=', 'client_keys.application_id'),
    )
    .select(['applications.client_id', 'applications.id'])
    .where('client_keys.organization_id', '=', organization)
    .where('client_keys.thumbprint', '=', thumbprint)
    .executeTakeFirst()
  if (client !== undefined) return { type: 'client', client: client.client_id, applicationId: client.id }
  const api = await tx.db
    .selectFrom('api_encryption_keys')
    .select('authorization_server_id')
    .where('organization_id', '=', organization)
    .where('thumbprint', '=', thumbprint)
    .executeTakeFirst()
  return api === undefined ? undefined : { type: 'api', issuer: api.authorization_server_id }
}
