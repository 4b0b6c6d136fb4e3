import { createHash, hkdfSync } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose'
import { Secret } from './secret.ts'

/**
 * Seals what must be kept but never read in the database: private keys, client secrets, digest passwords. A KMS
 * stands behind the same three functions.
 */
export interface Vault {
  /**
   * @param purpose binds the sealed value to its place, e.g. `signing_key:<id>`: moved to another row it no
   *   longer opens
   */
  seal(secret: Secret, purpose: string): Promise<string>
  /**
   * @throws SealedElsewhere when the value was sealed under another key
   * @throws Error when it was sealed for another purpose, or is damaged
   */
  open(sealed: string, purpose: string): Promise<Secret>
  /** A key of 256 bits for one purpose, base64url: always the same, kept nowhere, and telling nothing of any other. */
  derive(purpose: string): Promise<Secret>
}

/** A value was sealed under another key than the one at hand; both are named by their ids. */
export class SealedElsewhere extends Error {
  override readonly name = 'SealedElsewhere'
  readonly sealedUnder: string
  readonly atHand: string

  constructor(sealedUnder: string, atHand: string) {
    super(`sealed under the master key ${sealedUnder}, not under ${atHand}`)
    this.sealedUnder = sealedUnder
    this.atHand = atHand
  }
}

/**
 * A vault over one 256-bit master key: compact JWE, `dir` with A256GCM (RFC 7516, RFC 7518 sections 4.5 and 5.3).
 * The header carries the key's id, so that a later rotation can tell keys apart.
 */
export class MasterKeyVault implements Vault {
  readonly #key: Uint8Array
  /** Derived from the key by a hash of its own domain: it names the key and tells nothing of it. */
  readonly keyId: string

  constructor(key: Uint8Array) {
    if (key.byteLength !== 32) throw new TypeError('a master key is 32 bytes')
    this.#key = key
    this.keyId = createHash('sha256')
      .update('rescind master key id\0')
      .update(key)
      .digest('base64url')
      .slice(0, 16)
  }

  seal(secret: Secret, purpose: string): Promise<string> {
    return new CompactEncrypt(new TextEncoder().encode(secret.reveal()))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: this.keyId, purpose })
      .encrypt(this.#key)
  }

  async open(sealed: string, purpose: string): Promise<Secret> {
    const { kid } = decodeProtectedHeader(sealed)
    if (kid !== this.keyId) throw new SealedElsewhere(String(kid), this.keyId)
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, this.#key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    if (protectedHeader.purpose !== purpose)
      throw new Error('a sealed value was found in another place than its own')
    return new Secret(new TextDecoder().decode(plaintext))
  }

  /** HKDF with SHA-256 (RFC 5869); the master key is uniform, so no salt is needed (section 3.1). */
  async derive(purpose: string): Promise<Secret> {
    const key = hkdfSync('sha256', this.#key, '', `rescind ${purpose}`, 32)
    return new Secret(Buffer.from(key).toString('base64url'))
  }
}
