import type { PublicKeyMaterial } from '@rescind/core/keys'

/** Algorithms by which a signature may be verified: asymmetric ones, each fixed by the record of its key. */
export const SIGNATURE_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number]

/** Tells whether a signature over ASCII text is this key's. */
export type SignatureCheck = (signed: string, signature: Uint8Array) => boolean | Promise<boolean>

/** What differs between Node and the edge. */
export interface Platform {
  /** @throws Error for a key that the platform cannot use */
  signatureCheck(jwk: PublicKeyMaterial, alg: SignatureAlgorithm): SignatureCheck | Promise<SignatureCheck>
  /** A name for a token in a cache, from which it cannot be had back: SHA-256. */
  digest(token: string): string | Promise<string>
  /** Decodes base64url whose canonical spelling has been checked. */
  decode(text: string): Uint8Array
}

/** Keeps one snapshot over restarts. */
export interface SnapshotStore {
  /** @returns `undefined` where there is none */
  load(): Promise<Uint8Array | undefined>
  save(snapshot: Uint8Array): Promise<void>
}
