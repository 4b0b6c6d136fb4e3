/** The times that govern a signing ring, all in milliseconds. */
export interface SigningPolicy {
  /** How long a key signs before AUTO rotation replaces it. */
  readonly rotationInterval: number
  /** How long a key is published before it may sign: at least the longest time for which a JWKS is cached. */
  readonly prePublication: number
  /** How long a key stays published after it signed last: the longest lifetime of a token, and leeway. */
  readonly retention: number
}

export const ROTATION_INTERVAL = 90 * 24 * 60 * 60 * 1000

/**
 * Makes the policy from what an installation knows. All times in milliseconds.
 *
 * @throws RangeError for a relation that would break the promise: an interval shorter than the cache time means
 *   that NEXT is never seen before its turn comes
 */
export function signingPolicy(times: {
  readonly rotationInterval?: number
  readonly longestJwksCache: number
  readonly longestTokenLifetime: number
  readonly leeway: number
}): SigningPolicy {
  const rotationInterval = times.rotationInterval ?? ROTATION_INTERVAL
  const { longestJwksCache, longestTokenLifetime, leeway } = times
  for (const time of [rotationInterval, longestJwksCache, longestTokenLifetime, leeway]) {
    if (!Number.isSafeInteger(time) || time < 0) throw new RangeError('times are whole milliseconds from 0')
  }
  const prePublication = longestJwksCache + leeway
  if (rotationInterval < prePublication) {
    throw new RangeError('the rotation interval is shorter than the time for which a JWKS may be cached')
  }
  return { rotationInterval, prePublication, retention: longestTokenLifetime + leeway }
}
