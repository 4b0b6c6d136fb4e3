import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { append } from '../log/index.ts'
import { recordRevocation } from '../revocation/record.ts'
import { entryOf } from '../revocation/target.ts'
import type { WriteTx } from '../store/index.ts'
import { deleteOidcRecord, findSessionRow } from '../store/queries/oidc-records.ts'
import { listTokensOfSessionOnly } from '../store/queries/session-clients.ts'
import { LIFETIMES } from './lifetimes.ts'

/** Tokens that a sign-out voids one by one; where there are more, the session is revoked with all that came of it. */
const FEW = 200

/** Seconds left of a session: using it never lengthens it. One that nobody has signed in to yet is short. */
export function remainingOfSession(signedInAt: number | undefined, now: number): number {
  if (signedInAt === undefined) return LIFETIMES.interaction
  return Math.max(1, signedInAt + LIFETIMES.session - Math.floor(now / 1000))
}

/**
 * Ends a session because its user signs out: its record goes, `session.ended` is appended, and what was issued in
 * it without `offline_access` is revoked, all in one transaction. What was issued for use offline survives (OpenID
 * Connect Back-Channel Logout section 2.7). Its clients are told, because of the entry (`log/session-ends.ts`).
 */
export async function endSession(authority: Authority, actor: Actor, sid: string): Promise<void> {
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const row = await findSessionRow(tx, sid)
      const at = authority.clock.now()
      // A request that is saving the session just now may have taken its record away: the entry voids what it saves.
      const expires = row?.expires_at ?? at + LIFETIMES.session * 1000
      if (row !== undefined) await deleteOidcRecord(tx, row)
      await append(
        tx,
        { kind: 'session.ended', subject: { session: sid }, data: { expires }, ...by(actor) },
        at,
      )
      await revokeTokens(authority, tx, actor, { sid, expires, at })
    },
    'urgent',
  )
}

const CAUSE = 'session.ended'

async function revokeTokens(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  { sid, expires, at }: { readonly sid: string; readonly expires: number; readonly at: number },
): Promise<void> {
  const tokens = await listTokensOfSessionOnly(tx, sid, at, FEW + 1)
  if (tokens.length > FEW) {
    const reason = { code: 'requested', cause: CAUSE } as const
    await recordRevocation(authority, tx, actor, { type: 'session', session: sid, expires }, reason)
    return
  }
  const why = { ...by(actor), cause: CAUSE }
  for (const { id, kind, expires_at } of tokens)
    await append(tx, entryOf({ type: 'token', token: id, class: kind, expires: expires_at }, why), at)
}

function by(actor: Actor) {
  return { actor: entryActor(actor), reason: { code: 'requested' } } as const
}

/** A user as the actor of what users do for themselves: with no role, so with no power over anybody else. */
export function userActor(organizationId: string, id: string, login: string): Actor {
  return { type: 'user', id, name: login, organizationId, roles: new Set(), userId: id }
}
