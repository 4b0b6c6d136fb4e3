import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { type Api, type ApiSettings, replaceApiIn } from '../directory/apis.ts'
import { isTriggered } from '../directory/policy.ts'
import { append } from '../log/index.ts'
import { recordRevocation } from './record.ts'

/**
 * Replaces the settings of an API. Disabling it blocks it (`resource.blocked`), so that no token for it is issued or
 * good, and revokes those that were issued (`resource.revoked`), so that enabling it again (`resource.unblocked`)
 * brings none of them back.
 *
 * @throws DomainError not_found
 */
export async function replaceApi(
  authority: Authority,
  actor: Actor,
  id: string,
  settings: ApiSettings,
): Promise<Api> {
  return authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const { before, after } = await replaceApiIn(authority, tx, actor, id, settings)
      if (before.enabled === after.enabled) return after
      const subject = { resource: after.identifier }
      const by = entryActor(actor)
      const at = authority.clock.now()
      if (after.enabled) {
        await append(tx, { kind: 'resource.unblocked', subject, actor: by, cause: 'api.enabled' }, at)
        return after
      }
      await append(tx, { kind: 'resource.blocked', subject, actor: by, cause: 'api.disabled' }, at)
      if (await isTriggered(tx, 'api.disabled')) {
        const reason = { code: 'unspecified', cause: 'api.disabled' } as const
        await recordRevocation(authority, tx, actor, { type: 'api', resource: after.identifier }, reason)
      }
      return after
    },
    'urgent',
  )
}
