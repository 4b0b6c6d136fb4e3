import { unindexedTime } from '../planning.ts'
import { organizationOf, type ReadTx, type WriteTx } from '../store.ts'
import type { OidcRecords } from '../tables/oidc-records.ts'

export type NewOidcRecord = Omit<OidcRecords, 'organization_id' | 'consumed_at'>
export type OidcRecordKey = Pick<OidcRecords, 'issuer_id' | 'model' | 'handle'>

/**
 * Writes a record, or what changed of one; what was consumed stays consumed. Its place becomes the caller's: a
 * record is saved again only by a request that found it, and finding it was a full check at that place.
 */
export async function saveOidcRecord(tx: WriteTx, row: NewOidcRecord): Promise<void> {
  await tx.db
    .insertInto('oidc_records')
    .values({ ...row, organization_id: organizationOf(tx), consumed_at: null })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'issuer_id', 'model', 'handle']).doUpdateSet({
        payload: row.payload,
        expires_at: row.expires_at,
        user_id: row.user_id,
        client_id: row.client_id,
        session_id: row.session_id,
        grant_id: row.grant_id,
        assertion_key: row.assertion_key,
        identity_provider: row.identity_provider,
        incarnation: row.incarnation,
        seq: row.seq,
      }),
    )
    .execute()
}

/**
 * Writes a record that may exist once only: a used assertion id, a DPoP proof.
 *
 * @returns false where it was there already
 */
export async function insertOidcRecordOnce(tx: WriteTx, row: NewOidcRecord): Promise<boolean> {
  const inserted = await tx.db
    .insertInto('oidc_records')
    .values({ ...row, organization_id: organizationOf(tx), consumed_at: null })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'issuer_id', 'model', 'handle']).doNothing(),
    )
    .returning('handle')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function findOidcRecord(tx: ReadTx, key: OidcRecordKey): Promise<OidcRecords | undefined> {
  return findBy(tx, key, 'handle', key.handle)
}

export async function findOidcRecordByUid(
  tx: ReadTx,
  key: Omit<OidcRecordKey, 'handle'>,
  uid: string,
): Promise<OidcRecords | undefined> {
  return findBy(tx, key, 'uid', uid)
}

/** @param userCode base64url SHA-256 of what the person typed, in its normal form */
export async function findOidcRecordByUserCode(
  tx: ReadTx,
  key: Omit<OidcRecordKey, 'handle'>,
  userCode: string,
): Promise<OidcRecords | undefined> {
  return findBy(tx, key, 'user_code', userCode)
}

/** @returns false where it had been consumed, or is gone: of two that try at once, one is told so */
export async function consumeOidcRecord(tx: WriteTx, key: OidcRecordKey, at: number): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('oidc_records')
    .set({ consumed_at: at })
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', key.issuer_id)
    .where('model', '=', key.model)
    .where('handle', '=', key.handle)
    .where('consumed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Lets a record live longer, never shorter; one that is gone stays gone. */
export async function extendOidcRecord(tx: WriteTx, key: OidcRecordKey, expiresAt: number): Promise<void> {
  await tx.db
    .updateTable('oidc_records')
    .set({ expires_at: expiresAt })
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', key.issuer_id)
    .where('model', '=', key.model)
    .where('handle', '=', key.handle)
    .where('expires_at', '<', expiresAt)
    .execute()
}

/** @returns false where it was not there */
export async function deleteOidcRecord(tx: WriteTx, key: OidcRecordKey): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('oidc_records')
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', key.issuer_id)
    .where('model', '=', key.model)
    .where('handle', '=', key.handle)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** A user's live records of one model (sessions, consents), newest first; all of an organization's issuers. */
export async function listOidcRecordsOfUser(
  tx: ReadTx,
  model: string,
  userId: string,
  liveAt: number,
): Promise<OidcRecords[]> {
  return tx.db
    .selectFrom('oidc_records')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('user_id', '=', userId)
    .where('model', '=', model)
    .where(unindexedTime('expires_at'), '>', liveAt)
    .orderBy('created_at', 'desc')
    .orderBy('handle')
    .execute()
}

/** @returns how many were removed; fewer than `limit` means that none is left */
export async function deleteExpiredOidcRecords(tx: WriteTx, before: number, limit: number): Promise<number> {
  const organization = organizationOf(tx)
  const expired = await tx.db
    .selectFrom('oidc_records')
    .select(['issuer_id', 'model', 'handle'])
    .where('organization_id', '=', organization)
    .where('expires_at', '<', before)
    .limit(limit)
    .execute()
  for (const key of expired) await deleteOidcRecord(tx, key)
  return expired.length
}

async function findBy(
  tx: ReadTx,
  { issuer_id, model }: Omit<OidcRecordKey, 'handle'>,
  column: 'handle' | 'uid' | 'user_code',
  value: string,
): Promise<OidcRecords | undefined> {
  return tx.db
    .selectFrom('oidc_records')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('issuer_id', '=', issuer_id)
    .where('model', '=', model)
    .where(column, '=', value)
    .executeTakeFirst()
}

/** A sign-in session by its public id, the `sid` of its tokens. */
export async function findSessionRow(tx: ReadTx, sid: string): Promise<OidcRecords | undefined> {
  return tx.db
    .selectFrom('oidc_records')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('model', '=', 'Session')
    .where('uid', '=', sid)
    .executeTakeFirst()
}
