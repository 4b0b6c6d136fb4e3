import { type Actor, entryActor } from '../authority/index.ts'
import { append } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import { retireApiEncryptionKeysByThumbprint } from '../store/queries/api-encryption-keys.ts'

/**
 * Stops encrypting to a key that was blocked. Where access tokens are encrypted, none is issued until another
 * key is activated: a token is never sent in the clear instead.
 *
 * @param at milliseconds since the epoch
 */
export async function retireBlockedApiKeys(
  tx: WriteTx,
  actor: Actor,
  thumbprint: string,
  at: number,
): Promise<void> {
  for (const row of await retireApiEncryptionKeysByThumbprint(tx, thumbprint, at)) {
    await append(
      tx,
      {
        kind: 'key.retired',
        subject: { key: thumbprint, authorization_server: row.authorization_server_id },
        actor: entryActor(actor),
        cause: 'key.revoked',
        data: { ring: 'api_encryption', kid: row.kid ?? row.id, use: 'enc' },
      },
      at,
    )
  }
}
