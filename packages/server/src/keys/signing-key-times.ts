import { type SigningPolicy, signingPolicy } from '@rescind/core/keys'
import { ACCESS_TOKEN_LIFETIME } from '../directory/api.ts'

/** For how long a fetched JWKS may be kept: the `max-age` of published keys. Seconds. */
export const JWKS_MAX_AGE = 300

/**
 * The longest cache that is reckoned with: ten minutes, which is what the common libraries keep whatever
 * `max-age` says (docs/okta-api.md). Milliseconds.
 */
const LONGEST_JWKS_CACHE = Math.max(JWKS_MAX_AGE, 600) * 1000

/** Difference between clocks, and the way that a document takes. Milliseconds. */
const LEEWAY = 60_000

/** The times of every signing ring under AUTO rotation: 90 days between rotations, as Okta's. */
export const AUTO_POLICY: SigningPolicy = signingPolicy({
  longestJwksCache: LONGEST_JWKS_CACHE,
  longestTokenLifetime: ACCESS_TOKEN_LIFETIME.longest * 1000,
  leeway: LEEWAY,
})

/** MANUAL: the same care, but no rotation by itself (its interval is longer than any time that can be stated). */
export const MANUAL_POLICY: SigningPolicy = { ...AUTO_POLICY, rotationInterval: Number.MAX_SAFE_INTEGER / 4 }
