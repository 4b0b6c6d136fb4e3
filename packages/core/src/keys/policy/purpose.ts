import type { KeyUse, PublicKeyMaterial } from './public-jwk.ts'

interface Purpose {
  readonly algs: readonly string[]
  /** `key_ops` that a public key of this purpose may declare, RFC 7517 section 4.3. */
  readonly keyOps: readonly string[]
}

const VERIFY = ['verify']
/** Public halves of ECDH keys declare none by WebCrypto; some libraries copy the private half's. */
const AGREE = ['deriveKey', 'deriveBits']
const ECDH = { algs: ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW'], keyOps: AGREE }

/** RFC 7518 sections 3.1 and 4.1, RFC 8037 section 3, RFC 9864. RSA1_5 and everything symmetric is missing. */
const PURPOSES: Readonly<Record<string, Readonly<Partial<Record<KeyUse, Purpose>>>>> = {
  RSA: {
    sig: { algs: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'], keyOps: VERIFY },
    enc: {
      algs: ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'],
      keyOps: ['encrypt', 'wrapKey'],
    },
  },
  'P-256': { sig: { algs: ['ES256'], keyOps: VERIFY }, enc: ECDH },
  'P-384': { sig: { algs: ['ES384'], keyOps: VERIFY }, enc: ECDH },
  'P-521': { sig: { algs: ['ES512'], keyOps: VERIFY }, enc: ECDH },
  Ed25519: { sig: { algs: ['EdDSA', 'Ed25519'], keyOps: VERIFY } },
  X25519: { enc: ECDH },
}

/** What a key of this type may do for a use; undefined where the type does not serve the use at all. */
export function purposeOf(material: PublicKeyMaterial, use: KeyUse): Purpose | undefined {
  return PURPOSES[material.kty === 'RSA' ? 'RSA' : material.crv]?.[use]
}
