import type { RingKey } from './ring-key.ts'

/** What the settings of a client demand of its ring (Okta's `settings.oauthClient`). */
export interface ClientKeyDemands {
  /** `token_endpoint_auth_method` is `private_key_jwt`: an active signing key must remain. */
  readonly privateKeyJwt: boolean
  /** `request_object_signing_alg`: an active signing key that fits must remain; null, and HS…, demand none. */
  readonly requestObjectSigningAlg: string | null
  /** `id_token_encrypted_response_alg` is set: the active encryption key must remain. */
  readonly idTokenEncryption: boolean
}

/** A client without demands: it keeps its keys elsewhere (`jwks_uri`), or is being deleted. */
export const NO_DEMANDS: ClientKeyDemands = {
  privateKeyJwt: false,
  requestObjectSigningAlg: null,
  idTokenEncryption: false,
}

export type UnmetDemand =
  | 'only_active_signing_key'
  | 'request_object_key_required'
  | 'active_encryption_key_required'

/** The demands that the keys do not meet, in the order in which Okta reports them. */
export function unmetDemands(keys: readonly RingKey[], demands: ClientKeyDemands): readonly UnmetDemand[] {
  const active = keys.filter((key) => key.status === 'ACTIVE')
  const signing = active.filter((key) => key.use === 'sig')
  const unmet: UnmetDemand[] = []
  if (demands.privateKeyJwt && signing.length === 0) unmet.push('only_active_signing_key')
  const alg = demands.requestObjectSigningAlg
  if (alg !== null && !alg.startsWith('HS') && !signing.some((key) => canSign(key, alg))) {
    unmet.push('request_object_key_required')
  }
  if (demands.idTokenEncryption && !active.some((key) => key.use === 'enc')) {
    unmet.push('active_encryption_key_required')
  }
  return unmet
}

/**
 * The first demand that `before` met and `after` no longer does. A demand unmet from the start (a client made
 * before its first key) does not stand in the way of a change.
 */
export function unmetByChange(
  before: readonly RingKey[],
  after: readonly RingKey[],
  demands: ClientKeyDemands,
): UnmetDemand | undefined {
  const already = unmetDemands(before, demands)
  return unmetDemands(after, demands).find((demand) => !already.includes(demand))
}

/** RFC 7518 section 3.1: the key type, and for ES… the curve, that an algorithm needs. */
function canSign(key: RingKey, alg: string): boolean {
  if (key.alg !== null) return key.alg === alg
  if (alg.startsWith('RS') || alg.startsWith('PS')) return key.kty === 'RSA'
  const curve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'Ed25519', Ed25519: 'Ed25519' }[alg]
  return curve !== undefined && key.crv === curve
}
