import type { Actor, Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import {
  deleteInactiveClientSecret,
  listClientSecrets,
  updateClientSecretStatus,
} from '../store/queries/client-secrets.ts'
import { applicationRow } from './applications.ts'
import { readClientMetadata, usesClientSecret } from './client-metadata.ts'
import { newClientSecret, prepareClientSecret } from './client-secret.ts'
import { secretEntry, storeClientSecret } from './client-secrets.ts'

/**
 * Gives a client one new secret in the place of all that it had, which no longer authenticate from then on.
 *
 * @throws DomainError not_found, client_secret_not_used
 */
export async function renewClientSecret(authority: Authority, actor: Actor, id: string): Promise<Secret> {
  const scope = { organizationId: actor.organizationId }
  const before = await authority.store.read(scope, (tx) => applicationRow(tx, id))
  const method = readClientMetadata(before.metadata).token_endpoint_auth_method
  const prepared = await prepareClientSecret(authority, newClientSecret(), method)
  await authority.store.write(scope, async (tx) => {
    const row = await applicationRow(tx, id)
    const metadata = readClientMetadata(row.metadata)
    if (!usesClientSecret(metadata))
      throw new DomainError('client_secret_not_used', { method: metadata.token_endpoint_auth_method })
    const at = authority.clock.now()
    const cause = 'client_secret.renewed'
    for (const secret of await listClientSecrets(tx, id)) {
      const key = { applicationId: id, id: secret.id }
      if (secret.status === 'ACTIVE') {
        const retired = await updateClientSecretStatus(tx, key, { from: 'ACTIVE', to: 'INACTIVE', at })
        if (retired !== undefined)
          await append(tx, secretEntry('secret.retired', row, retired, actor, cause), at)
      }
      await deleteInactiveClientSecret(tx, id, secret.id)
      await append(tx, secretEntry('secret.deleted', row, secret, actor, cause), at)
    }
    await storeClientSecret(tx, row, prepared, { actor, at, cause, status: 'ACTIVE' })
  })
  return prepared.value
}
