import { unindexedText, unindexedTime } from '../planning.ts'
import { organizationOf, type ReadTx } from '../store.ts'
import type { Tokens } from '../tables/tokens.ts'

/** Live tokens of a session that end with it: those that no refresh token keeps going while the user is away. */
export async function listTokensOfSessionOnly(
  tx: ReadTx,
  sid: string,
  liveAt: number,
  limit: number,
): Promise<Tokens[]> {
  return tx.db
    .selectFrom('tokens')
    .selectAll()
    .where('organization_id', '=', organizationOf(tx))
    .where('session_id', '=', sid)
    .where('grant_id', 'is', null)
    .where(unindexedTime('expires_at'), '>', liveAt)
    .orderBy('issued_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** The clients that a user has live tokens at. */
export async function listClientsOfUser(
  tx: ReadTx,
  userId: string,
  liveAt: number,
  limit: number,
): Promise<string[]> {
  const rows = await tx.db
    .selectFrom('tokens')
    .select(unindexedText('client_id').as('client_id'))
    .distinct()
    .where('organization_id', '=', organizationOf(tx))
    .where('user_id', '=', userId)
    .where(unindexedTime('expires_at'), '>', liveAt)
    .orderBy('client_id')
    .limit(limit)
    .execute()
  return rows.map(({ client_id }) => client_id)
}
