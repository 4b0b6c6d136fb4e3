import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Authority } from '../../authority/index.ts'
import { cookieSecret } from '../cookie-secret.ts'

/**
 * Proofs that a form came from a page of ours, for what it was made for: an HMAC over its purpose and what it is
 * bound to, which the browser must know from its cookie as well. Nothing is stored, and every node can check it.
 */
export class FormTokens {
  readonly #authority: Authority
  #key: Promise<Buffer> | undefined

  constructor(authority: Authority) {
    this.#authority = authority
  }

  /** @param bound ids that the browser's own cookie leads to: another browser's token does not fit them */
  async make(purpose: string, ...bound: readonly string[]): Promise<string> {
    const key = await this.#keyOnce()
    return createHmac('sha256', key)
      .update(JSON.stringify([purpose, ...bound]))
      .digest('base64url')
  }

  async isGood(presented: string, purpose: string, ...bound: readonly string[]): Promise<boolean> {
    const [given, due] = [Buffer.from(presented), Buffer.from(await this.make(purpose, ...bound))]
    return given.length === due.length && timingSafeEqual(given, due)
  }

  /** Read once; a failure is not remembered. */
  #keyOnce(): Promise<Buffer> {
    this.#key ??= cookieSecret(this.#authority).then(
      (secret) => Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'rescind forms', 32)),
      (failure: unknown) => {
        this.#key = undefined
        throw failure
      },
    )
    return this.#key
  }
}
