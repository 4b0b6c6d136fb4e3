/** What a key is for: to verify signatures with, or to encrypt to. */
export type KeyUse = 'sig' | 'enc'

/** RFC 7518 section 6.3.1. */
export interface RsaPublicJwk {
  readonly kty: 'RSA'
  readonly n: string
  readonly e: string
}

/** RFC 7518 section 6.2.1. */
export interface EcPublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256' | 'P-384' | 'P-521'
  readonly x: string
  readonly y: string
}

/** RFC 8037 section 2. */
export interface OkpPublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519' | 'X25519'
  readonly x: string
}

/** The members that make the key, canonically spelled: what the thumbprint covers, nothing else. */
export type PublicKeyMaterial = RsaPublicJwk | EcPublicJwk | OkpPublicJwk

/** A key that passed the policy. */
export type PublicJwk = PublicKeyMaterial & {
  readonly use?: KeyUse
  readonly alg?: string
  readonly kid?: string
}
