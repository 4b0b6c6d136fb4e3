import { createHash } from 'node:crypto'
import { publishedKeys } from '@rescind/core/keys'
import type { StoredSigningKey, StoredSigningRing } from './signing-ring.ts'

/** A JWKS (RFC 7517 section 5) ready to be sent. */
export interface PublishedDocument {
  readonly body: Buffer
  /** Strong: the same tag, the same bytes (RFC 9110 section 8.8.3). */
  readonly etag: string
  /** From then on, in milliseconds since the epoch, a key is published no longer. */
  readonly validUntil: number
}

/** The keys that verifiers need at `now`: ACTIVE, NEXT, and EXPIRED while tokens signed by them may live. */
export function publishDocument(ring: StoredSigningRing, now: number): PublishedDocument {
  const kids = new Set(publishedKeys(ring, now).map((key) => key.kid))
  const keys = ring.keys.filter((key) => kids.has(key.kid))
  const body = Buffer.from(JSON.stringify({ keys: keys.map(publishedJwk) }))
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27)
  const ends = keys.map((key) => (key.status === 'EXPIRED' ? key.retainUntil : null))
  const validUntil = Math.min(...ends.map((end) => end ?? Number.POSITIVE_INFINITY))
  return { body, etag: `"${digest}"`, validUntil }
}

/** One key in the member order of Okta's published keys: alphabetical. */
function publishedJwk({ kid, algorithm: alg, publicJwk: jwk }: StoredSigningKey) {
  switch (jwk.kty) {
    case 'RSA':
      return { alg, e: jwk.e, kid, kty: jwk.kty, n: jwk.n, use: 'sig' }
    case 'EC':
      return { alg, crv: jwk.crv, kid, kty: jwk.kty, use: 'sig', x: jwk.x, y: jwk.y }
    case 'OKP':
      return { alg, crv: jwk.crv, kid, kty: jwk.kty, use: 'sig', x: jwk.x }
  }
}
