import { federationOf, type ReadTx, SYSTEM, type WriteTx } from '../store.ts'
import type { ProviderKeySets, ProviderKeys } from '../tables/identity-providers.ts'

/** The federation comes from the transaction, never from a row. */
export type NewProviderKeySet = Omit<ProviderKeySets, 'federation_id'>
export type NewProviderKey = Omit<ProviderKeys, 'federation_id'>

/** @returns false where the issuer's is there already: it is left as it is */
export async function insertProviderKeySet(tx: WriteTx, row: NewProviderKeySet): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('provider_key_sets')
    .values({ ...row, federation_id: federationOf(tx) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('issuer')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function findProviderKeySet(tx: ReadTx, issuer: string): Promise<ProviderKeySets | undefined> {
  return tx.db
    .selectFrom('provider_key_sets')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .where('issuer', '=', issuer)
    .executeTakeFirst()
}

/** @returns false where it is not there */
export async function updateProviderKeySet(
  tx: WriteTx,
  issuer: string,
  change: Partial<Omit<NewProviderKeySet, 'issuer'>>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('provider_key_sets')
    .set(change)
    .where('federation_id', '=', federationOf(tx))
    .where('issuer', '=', issuer)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Takes the fetching of an issuer's keys upon oneself, so that no other node fetches them too.
 *
 * @param until when the others take over from a node that has died
 * @returns false where another one is fetching
 */
export async function claimProviderKeySet(
  tx: WriteTx,
  issuer: string,
  now: number,
  until: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('provider_key_sets')
    .set({ fetching_until: until, fetch_started_at: now })
    .where('federation_id', '=', federationOf(tx))
    .where('issuer', '=', issuer)
    .where('fetching_until', '<=', now)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** The sets to be fetched now, of every federation, longest due first. `SYSTEM` only. */
export async function listDueProviderKeySets(
  tx: ReadTx,
  now: number,
  limit: number,
): Promise<Pick<ProviderKeySets, 'federation_id' | 'issuer'>[]> {
  if (tx.scope !== SYSTEM) throw new TypeError('the key sets of all federations need the scope SYSTEM')
  return tx.db
    .selectFrom('provider_key_sets')
    .select(['federation_id', 'issuer'])
    .where('next_fetch_at', '<=', now)
    .where('fetching_until', '<=', now)
    .where((row) =>
      row.exists(
        row
          .selectFrom('identity_providers')
          .select('identity_providers.id')
          .where('identity_providers.protocol', '=', 'OIDC')
          .whereRef('identity_providers.federation_id', '=', 'provider_key_sets.federation_id')
          .whereRef('identity_providers.issuer_uri', '=', 'provider_key_sets.issuer'),
      ),
    )
    .orderBy('next_fetch_at')
    .limit(limit)
    .execute()
}

/** All keys of an issuer that are known, the one seen last first. */
export async function listProviderKeys(tx: ReadTx, issuer: string): Promise<ProviderKeys[]> {
  return tx.db
    .selectFrom('provider_keys')
    .selectAll()
    .where('federation_id', '=', federationOf(tx))
    .where('issuer', '=', issuer)
    .orderBy('last_seen_at', 'desc')
    .orderBy('thumbprint')
    .execute()
}

/** Writes what is known of a key, new or not. */
export async function putProviderKey(tx: WriteTx, row: NewProviderKey): Promise<void> {
  const { issuer, thumbprint, ...change } = row
  await tx.db
    .insertInto('provider_keys')
    .values({ ...row, federation_id: federationOf(tx) })
    .onConflict((conflict) => conflict.columns(['federation_id', 'issuer', 'thumbprint']).doUpdateSet(change))
    .execute()
}

/** Forgets keys of an issuer. */
export async function deleteProviderKeys(
  tx: WriteTx,
  issuer: string,
  thumbprints: readonly string[],
): Promise<void> {
  if (thumbprints.length === 0) return
  await tx.db
    .deleteFrom('provider_keys')
    .where('federation_id', '=', federationOf(tx))
    .where('issuer', '=', issuer)
    .where('thumbprint', 'in', thumbprints)
    .execute()
}

/** Those of the thumbprints that another issuer of the federation publishes. */
export async function publishedByOthers(
  tx: ReadTx,
  issuer: string,
  thumbprints: readonly string[],
): Promise<ReadonlySet<string>> {
  if (thumbprints.length === 0) return new Set()
  const rows = await tx.db
    .selectFrom('provider_keys')
    .select('thumbprint')
    .where('federation_id', '=', federationOf(tx))
    .where('issuer', '<>', issuer)
    .where('is_published', '=', 1)
    .where('thumbprint', 'in', thumbprints)
    .execute()
  return new Set(rows.map((row) => row.thumbprint))
}
