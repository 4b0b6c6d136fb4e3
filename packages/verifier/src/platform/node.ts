import { constants, createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import type { PublicKeyMaterial } from '@rescind/core/keys'
import { p1363ToDer } from './ecdsa.ts'
import type { Platform, SignatureAlgorithm, SignatureCheck } from './platform.ts'

const HASHES: Readonly<Record<Exclude<SignatureAlgorithm, 'EdDSA'>, string>> = {
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
  PS256: 'sha256',
  PS384: 'sha384',
  PS512: 'sha512',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
}

/** Bytes of one coordinate of the curve. */
const WIDTHS: Partial<Record<SignatureAlgorithm, number>> = { ES256: 32, ES384: 48, ES512: 66 }

/**
 * Synchronous, and with bare KeyObjects: a hop to another thread costs more than the signature, and so does an
 * options object around the key (docs/verifier.md, "How fast").
 */
export const nodePlatform: Platform = {
  signatureCheck: (jwk, alg) => checkFor(keyObject(jwk), alg),
  digest: (token) => hash('sha256', token, 'base64'),
  decode: (text) => Buffer.from(text, 'base64url'),
}

function keyObject(jwk: PublicKeyMaterial): KeyObject {
  return createPublicKey({ key: { ...jwk }, format: 'jwk' })
}

function checkFor(key: KeyObject, alg: SignatureAlgorithm): SignatureCheck {
  if (alg === 'EdDSA')
    return (signed, signature) => verify(null, Buffer.from(signed, 'latin1'), key, signature)
  const digest = HASHES[alg]
  const width = WIDTHS[alg]
  if (width !== undefined)
    return (signed, signature) => {
      const der = p1363ToDer(signature, width)
      return der !== undefined && verify(digest, Buffer.from(signed, 'latin1'), key, der)
    }
  if (alg.startsWith('RS'))
    return (signed, signature) => verify(digest, Buffer.from(signed, 'latin1'), key, signature)
  // RFC 7518 section 3.5: the salt is as long as the digest.
  const options = {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }
  return (signed, signature) => verify(digest, Buffer.from(signed, 'latin1'), options, signature)
}
