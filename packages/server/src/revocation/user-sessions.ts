import type { Actor, Authority } from '../authority/index.ts'
import { entryActor } from '../authority/index.ts'
import { requireUserRow } from '../directory/users.ts'
import { append } from '../log/index.ts'
import { listOidcRecordsOfUser } from '../store/queries/oidc-records.ts'
import { recordRevocation } from './record.ts'

/** Sessions that end in one transaction. A person has a handful; whoever has more is made to wait, not others. */
const BATCH = 100

/**
 * Ends the sessions of a user, and what was issued in them stays good (`session.ended`, one each); or, with
 * `tokens`, revokes them with everything else that was issued for the user, by one `user.revoked`.
 *
 * @param user id or login, or `me`
 * @throws DomainError `not_found`
 */
export async function endUserSessions(
  authority: Authority,
  actor: Actor,
  user: string,
  { tokens }: { readonly tokens: boolean },
): Promise<void> {
  const scope = { organizationId: actor.organizationId }
  const { id } = await authority.store.read(scope, (tx) => requireUserRow(tx, actor, user))
  if (tokens) return revokeEverythingOf(authority, actor, id)
  const sessions = await authority.store.read(scope, (tx) =>
    listOidcRecordsOfUser(tx, 'Session', id, authority.clock.now()),
  )
  for (let from = 0; from < sessions.length; from += BATCH)
    await authority.store.write(
      scope,
      async (tx) => {
        for (const { uid, expires_at: expires } of sessions.slice(from, from + BATCH))
          if (uid !== null)
            await append(
              tx,
              {
                kind: 'session.ended',
                subject: { session: uid },
                data: { expires },
                actor: entryActor(actor),
                reason: { code: 'requested' },
              },
              authority.clock.now(),
            )
      },
      'urgent',
    )
}

/**
 * Signs a user out everywhere: sessions, tokens, codes and consents, by one `user.revoked`.
 *
 * @throws DomainError `not_found`
 */
export async function revokeEverythingOf(authority: Authority, actor: Actor, user: string): Promise<void> {
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const { id } = await requireUserRow(tx, actor, user)
      return recordRevocation(authority, tx, actor, { type: 'user', user: id }, { code: 'requested' })
    },
    'urgent',
  )
}
