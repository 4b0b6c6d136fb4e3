import { VerifierError } from '../errors.ts'

/** A private JWK of the API (RFC 7517), to open what is encrypted to it. */
export interface DecryptionJwk {
  readonly kty: string
  readonly kid?: string
  readonly [member: string]: unknown
}

/** Opens an encrypted token. */
export type Opener = (token: string) => Promise<string>

const KEY_MANAGEMENT = [
  'RSA-OAEP-256',
  'RSA-OAEP-384',
  'RSA-OAEP-512',
  'RSA-OAEP',
  'ECDH-ES',
  'ECDH-ES+A256KW',
]
const CONTENT = ['A256GCM', 'A128GCM', 'A256CBC-HS512', 'A128CBC-HS256']
const MOST_KEYS = 16

/**
 * An opener over the private keys of the API. No compression, no passwords, no symmetric keys, and one layer only
 * (FAULTS: zip, PBES2, nested JWE): what is inside must be a signed token.
 */
export async function createOpener(keys: readonly DecryptionJwk[]): Promise<Opener> {
  const { compactDecrypt, decodeProtectedHeader, importJWK } = await import('jose')
  if (keys.length > MOST_KEYS) throw new TypeError(`at most ${MOST_KEYS} decryptionKeys`)
  const usable = keys.filter(({ kty }) => kty === 'RSA' || kty === 'EC')
  if (usable.length < keys.length) throw new TypeError('decryptionKeys are RSA or EC private keys')
  return async (token) => {
    try {
      const { alg, kid, zip, crit } = decodeProtectedHeader(token)
      if (zip !== undefined || crit !== undefined || !KEY_MANAGEMENT.includes(alg ?? '')) throw refused()
      for (const jwk of usable) {
        if (kid !== undefined && jwk.kid !== undefined && jwk.kid !== kid) continue
        const opened = await openWith(jwk).catch(() => undefined)
        if (opened !== undefined) return opened
      }
      throw refused()
      async function openWith(jwk: DecryptionJwk): Promise<string> {
        const key = await importJWK({ ...jwk }, alg)
        const { plaintext } = await compactDecrypt(token, key, {
          keyManagementAlgorithms: KEY_MANAGEMENT,
          contentEncryptionAlgorithms: CONTENT,
        })
        return new TextDecoder('utf-8', { fatal: true }).decode(plaintext)
      }
    } catch (failure) {
      throw failure instanceof VerifierError ? failure : refused()
    }
  }
}

function refused(): VerifierError {
  return new VerifierError('token_malformed', 'none of the keys opens it')
}
