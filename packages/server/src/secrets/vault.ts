import { CompactEncrypt, compactDecrypt } from 'jose'
import { Secret } from './secret.ts'

/**
 * Seals what must be kept but never read in the database: private keys, client secrets, digest passwords. A KMS
 * stands behind the same two functions.
 */
export interface Vault {
  /**
   * @param purpose binds the sealed value to its place, e.g. `signing_key:<id>`: moved to another row it no
   *   longer opens
   */
  seal(secret: Secret, purpose: string): Promise<string>
  /** @throws Error when the value was sealed under another key or for another purpose */
  open(sealed: string, purpose: string): Promise<Secret>
}

/** A vault over one 256-bit master key: compact JWE, `dir` with A256GCM (RFC 7516, RFC 7518 sections 4.5 and 5.3). */
export class MasterKeyVault implements Vault {
  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    if (key.byteLength !== 32) throw new TypeError('a master key is 32 bytes')
    this.#key = key
  }

  seal(secret: Secret, purpose: string): Promise<string> {
    return new CompactEncrypt(new TextEncoder().encode(secret.reveal()))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', purpose })
      .encrypt(this.#key)
  }

  async open(sealed: string, purpose: string): Promise<Secret> {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, this.#key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    if (protectedHeader.purpose !== purpose)
      throw new Error('a sealed value was found in another place than its own')
    return new Secret(new TextDecoder().decode(plaintext))
  }
}
