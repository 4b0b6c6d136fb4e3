import type { Actor, Authority } from '../authority/index.ts'
import { apiNotFound, readApi } from '../directory/api.ts'
import { removeApi } from '../directory/apis.ts'
import { isTriggered } from '../directory/policy.ts'
import { findApi } from '../store/queries/apis.ts'
import { recordRevocation } from './record.ts'

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
      if (await isTriggered(tx, 'api.deleted')) {
        const reason = { code: 'requested', cause: 'api.deleted' } as const
        await recordRevocation(authority, tx, actor, { type: 'api', resource: row.identifier }, reason)
      }
      await removeApi(authority, tx, actor, readApi(row))
    },
    'urgent',
  )
}
