import type { Actor, Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { deleteClientKeySet, prepareClientKeySet, replaceClientKeySet } from '../keys/client-key-set.ts'
import { append } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import { updateApplication } from '../store/queries/applications.ts'
import { listClientKeys } from '../store/queries/client-keys.ts'
import { listClientSecrets } from '../store/queries/client-secrets.ts'
import { applicationEntry, applicationOf } from './application.ts'
import {
  type ApplicationDraft,
  applicationRow,
  describedColumns,
  judgeDraft,
  type ShownApplication,
} from './applications.ts'
import { type ClientMetadata, keyDemandsOf, usesClientSecret } from './client-metadata.ts'
import { newClientSecret, type PreparedClientSecret, prepareClientSecret } from './client-secret.ts'
import { matchesSecret, openActiveSecrets, storeClientSecret } from './client-secrets.ts'

/**
 * Replaces an application: settings as the draft has them, or their defaults; its keys by the draft's where it
 * has any set, else as they are. Publishing keys at a `jwks_uri` from now on deletes those that are kept here. A
 * client that comes to need a secret, and has none, gets one.
 *
 * @throws DomainError not_found, invalid_client_metadata, invalid_redirect_uri, client_secret_changed_elsewhere,
 *   and what the ring of keys refuses
 */
export async function replaceApplication(
  authority: Authority,
  actor: Actor,
  id: string,
  draft: ApplicationDraft,
): Promise<ShownApplication> {
  const scope = { organizationId: actor.organizationId }
  // What does not exist is told before what is wrong with its description.
  await authority.store.read(scope, (tx) => applicationRow(tx, id))
  const metadata = judgeDraft(draft)
  const keys =
    draft.keys && (await prepareClientKeySet(authority, actor, draft.keys, (tx) => applicationRow(tx, id)))
  const secret = await secretFor(authority, actor, id, metadata, draft.clientSecret)
  return authority.store.write(scope, async (tx) => {
    const before = await applicationRow(tx, id)
    if (draft.clientId !== undefined && draft.clientId !== before.client_id)
      throw new DomainError('invalid_client_metadata', { member: 'client_id', rule: 'cannot be changed' })
    const at = authority.clock.now()
    const cause = 'application.replaced'
    const row = await updateApplication(tx, id, { ...describedColumns(draft, metadata), updated_at: at })
    if (row === undefined) throw new DomainError('not_found', { type: 'application', id })
    await append(tx, applicationEntry('client.updated', row, actor, cause), at)
    if (metadata.jwks_uri !== undefined) await deleteClientKeySet(tx, row, { actor, at, cause })
    else if (keys !== undefined) {
      const demands = keyDemandsOf(metadata)
      await replaceClientKeySet(tx, row, keys, { actor, at, cause, demands })
    }
    const application = applicationOf(row, await listClientKeys(tx, id))
    if (secret === undefined || (await listClientSecrets(tx, id)).length > 0) return { application }
    await storeClientSecret(tx, row, secret, { actor, at, cause, status: 'ACTIVE' })
    return { application, clientSecret: secret.value }
  })
}

/**
 * A client's first secret, where the replaced settings call for one. A client that has secrets may be sent back
 * with one of them, as it was shown; another value is not how secrets are changed.
 */
async function secretFor(
  authority: Authority,
  actor: Actor,
  id: string,
  metadata: ClientMetadata,
  given: Secret | undefined,
): Promise<PreparedClientSecret | undefined> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listClientSecrets(tx, id),
  )
  if (rows.length > 0) {
    if (given !== undefined && !matchesSecret(await openActiveSecrets(authority, rows), given))
      throw new DomainError('client_secret_changed_elsewhere')
    return undefined
  }
  if (!usesClientSecret(metadata) && given === undefined) return undefined
  return prepareClientSecret(authority, given ?? newClientSecret(), metadata.token_endpoint_auth_method)
}
