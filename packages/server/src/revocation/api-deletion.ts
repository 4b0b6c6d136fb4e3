import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { apiNotFound, readApi } from '../directory/api.ts'
import { removeApi } from '../directory/apis.ts'
import { append } from '../log/index.ts'
import { findApi } from '../store/queries/apis.ts'

/**
 * Deletes an API; every token that is for it is void (`resource.revoked`), whoever issued it.
 *
 * @throws DomainError not_found
 */
export async function deleteApi(authority: Authority, actor: Actor, id: string): Promise<void> {
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const row = await findApi(tx, id)
      if (row === undefined) throw apiNotFound(id)
      await append(
        tx,
        {
          kind: 'resource.revoked',
          subject: { resource: row.identifier },
          actor: entryActor(actor),
          reason: { code: 'requested' },
          cause: 'api.deleted',
        },
        authority.clock.now(),
      )
      await removeApi(authority, tx, actor, readApi(row))
    },
    'urgent',
  )
}
