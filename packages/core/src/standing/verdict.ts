import type { Hole, LogIndex, Mark } from '../log/index.ts'

/** Which rule voids a token. */
export type RevocationRule =
  /** The token, its grant or its session was revoked by name. */
  | 'token'
  | 'grant'
  | 'session'
  /** A cutoff on one of its subjects lies above its position (or, for a foreign token, at or above its `iat`). */
  | 'user'
  | 'client'
  | 'user_client'
  | 'resource'
  | 'issuer'
  | 'organization'
  | 'identity_provider'
  /** The same, for what carries a grant. */
  | 'refresh'
  /** The key that signed it, or one by which it was obtained, was revoked or blocked. */
  | 'key'
  /** Its position lies outside the active span of the key that signed it. */
  | 'key_span'
  /** Its position lies below the floor of its class. */
  | 'floor'
  /** Its position is of an earlier incarnation of the log. */
  | 'incarnation'
  /** It has no position, or one of another log. */
  | 'position'

export type Standing =
  | { readonly standing: 'active' }
  /** `by`: the place of the entry that voids it; none where no entry does but its own position. */
  | { readonly standing: 'revoked'; readonly rule: RevocationRule; readonly by?: Mark }
  | {
      readonly standing: 'blocked'
      readonly subject: 'user' | 'client' | 'resource'
      readonly by: Mark
    }
  /** Signed by a key that its issuer has not published, or that is not trusted. */
  | { readonly standing: 'unknown_key' }
  /** It rests on knowledge that the index does not have yet: wait briefly, then refuse and count. */
  | { readonly standing: 'ahead' }
  /** Nothing known voids it, but something may be missing. */
  | { readonly standing: 'stale'; readonly hole: Hole }

const ACTIVE: Standing = Object.freeze({ standing: 'active' })
export const UNKNOWN_KEY: Standing = Object.freeze({ standing: 'unknown_key' })
export const AHEAD: Standing = Object.freeze({ standing: 'ahead' })

export function revoked(rule: RevocationRule, by?: Mark): Standing {
  if (by === undefined) return { standing: 'revoked', rule }
  return { standing: 'revoked', rule, by: { incarnation: by.incarnation, seq: by.seq } }
}

export function blockedBy(subject: 'user' | 'client' | 'resource', { incarnation, seq }: Mark): Standing {
  return { standing: 'blocked', subject, by: { incarnation, seq } }
}

/** The first of these APIs that is blocked. */
export function blockedResource(
  resources: readonly string[],
  blocks: LogIndex['blocks'],
): Standing | undefined {
  for (const resource of resources) {
    const by = blocks.resource(resource)
    if (by !== undefined) return blockedBy('resource', by)
  }
  return undefined
}

/** What remains when nothing counts against a token: it is good, if the index is whole. */
export function activeUnlessStale({ hole }: LogIndex): Standing {
  return hole === undefined ? ACTIVE : { standing: 'stale', hole }
}
