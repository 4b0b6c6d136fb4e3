import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import { listClientSecrets } from '../store/queries/client-secrets.ts'
import { applicationRow } from './applications.ts'
import { secretPurpose } from './client-secret.ts'

/**
 * Tells a client's secret once more. That it was told, and to whom, is in the log before it is.
 *
 * @throws DomainError not_found
 */
export async function revealClientSecret(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  secretId: string,
): Promise<Secret> {
  const sealed = await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const application = await applicationRow(tx, applicationId)
    const secret = (await listClientSecrets(tx, applicationId)).find(({ id }) => id === secretId)
    if (secret === undefined) throw new DomainError('not_found', { type: 'client_secret', id: secretId })
    await append(
      tx,
      {
        kind: 'secret.revealed',
        subject: { secret: secretId, client: application.client_id },
        actor: entryActor(actor),
        data: { application: applicationId },
      },
      authority.clock.now(),
    )
    return secret.sealed
  })
  return authority.vault.open(sealed, secretPurpose(secretId))
}
