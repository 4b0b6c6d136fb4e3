import type { EntryContent } from '@rescind/core/log'
import type { WriteTx } from '../store/index.ts'
import { queueLogouts } from '../store/queries/logout-deliveries.ts'

/**
 * Sessions end by an entry, whoever writes it and by whichever interface. So the clients to be told of it (OpenID
 * Connect Back-Channel Logout) are put into the outbox here, in the transaction of the entry.
 */
export async function queueLogoutsFor(
  tx: WriteTx,
  { kind, subject }: EntryContent,
  at: number,
): Promise<void> {
  switch (kind) {
    case 'session.ended':
    case 'session.revoked':
      return queueLogouts(tx, { session: subject.session }, at)
    case 'user.revoked':
      // A user of an identity provider has no session here under that name.
      if (subject.issuer === undefined) await queueLogouts(tx, { user: subject.user }, at)
      return
    case 'idp_jwks.revoked':
      // Without one it is about the keys alone.
      if (subject.identity_provider !== undefined)
        await queueLogouts(tx, { identityProvider: subject.identity_provider }, at)
      return
    case 'organization.revoked':
      return queueLogouts(tx, 'all', at)
  }
}
