import type { Committed, IssuedToken } from './history.ts'

/**
 * What LOG.md says of a token, as plainly as possible: a walk over the whole log for each question.
 */

/** Whether one entry, once known, voids the token for good. */
export function voids({ mark, entry }: Committed, token: IssuedToken): boolean {
  if (entry?.kind === 'key.revoked') return entry.subject.key === token.key
  // A new incarnation voids everything of the earlier ones.
  if (mark.incarnation !== token.position.incarnation) return mark.incarnation > token.position.incarnation
  // What rests on an entry was judged knowing it; what rests on less is under the cutoff.
  const isBelow = token.position.seq < mark.seq
  switch (entry?.kind) {
    case 'token.revoked':
      return entry.subject.token === token.jti
    case 'session.revoked':
      return entry.subject.session === token.session
    case 'grant.revoked':
      return entry.subject.grant === token.grant
    case 'user.revoked':
      return isBelow && entry.subject.user === token.user
    case 'client.revoked':
      return isBelow && entry.subject.client === token.client
    case 'user_client.revoked':
      return isBelow && entry.subject.user === token.user && entry.subject.client === token.client
    case 'resource.revoked':
      return isBelow && entry.subject.resource === token.resource
    case 'organization.revoked':
      return isBelow
    case 'index.floor':
      return token.position.seq < entry.data.floor
    default:
      return false
  }
}

/** Whether the token's user is blocked in the log that ends here. */
export function isBlocked(end: Committed | undefined, token: IssuedToken): boolean {
  for (const { entry } of backwards(end)) {
    const isAbout = entry?.kind === 'user.blocked' || entry?.kind === 'user.unblocked'
    if (isAbout && entry.subject.user === token.user) return entry.kind === 'user.blocked'
  }
  return false
}

/** Whether the token is good in the log that ends here. */
export function isGood(end: Committed | undefined, token: IssuedToken): boolean {
  for (const committed of backwards(end)) if (voids(committed, token)) return false
  return !isBlocked(end, token)
}

/** The entries of a log, the newest first. */
export function* backwards(end: Committed | undefined): Generator<Committed> {
  for (let at = end; at !== undefined; at = at.parent) yield at
}
