import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ScramVerifier } from '../../directory/scram-verifier.ts'
import { ProtocolFault } from './faults.ts'

/** The one mechanism; channel binding is not offered. */
export const MECHANISM = 'SCRAM-SHA-256'

/**
 * The server's side of one SCRAM exchange (RFC 5802 section 5, RFC 7677): the client proves that it has the value
 * behind a verifier, and the server that it has the verifier.
 */
export class ScramExchange {
  readonly #verifier: ScramVerifier
  readonly #firstOfClient: string
  readonly #channel: string
  readonly #nonce: string

  /** @throws ProtocolFault for a first message that is none, or that insists on channel binding */
  constructor(verifier: ScramVerifier, first: string) {
    const [, channel, bare, nonce] = /^([ny],(?:a=[^,]*)?,)(n=[^,]*,r=([!-+\--~]{1,256}))$/.exec(first) ?? []
    if (channel === undefined || bare === undefined || nonce === undefined)
      throw new ProtocolFault('08P01', 'the first SCRAM message cannot be read')
    this.#verifier = verifier
    this.#channel = channel
    this.#firstOfClient = bare
    this.#nonce = nonce + randomBytes(18).toString('base64')
  }

  /** The server's first message. */
  get challenge(): string {
    const { salt, iterations } = this.#verifier
    return `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`
  }

  /** @returns the server's final message; undefined where the proof is wrong */
  finish(last: string): string | undefined {
    const [, unproved, channel, nonce, proof] = /^(c=([^,]*),r=([^,]*)),p=([A-Za-z0-9+/=]*)$/.exec(last) ?? []
    if (unproved === undefined || proof === undefined || nonce !== this.#nonce) return undefined
    if (channel !== Buffer.from(this.#channel).toString('base64')) return undefined
    const { storedKey, serverKey } = this.#verifier
    const exchanged = `${this.#firstOfClient},${this.challenge},${unproved}`
    const signature = hmac(storedKey, exchanged)
    const given = Buffer.from(proof, 'base64')
    if (given.length !== signature.length) return undefined
    const clientKey = Buffer.from(given.map((byte, index) => byte ^ (signature[index] ?? 0)))
    const isRight = timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey)
    return isRight ? `v=${hmac(serverKey, exchanged).toString('base64')}` : undefined
  }
}

/** Something to prove in vain: who names no token is asked like who names one. The same salt for the same name. */
export function nobody(key: Buffer, name: string): ScramVerifier {
  const salt = hmac(key, name).subarray(0, 16)
  return { iterations: 4_096, salt, storedKey: randomBytes(32), serverKey: randomBytes(32) }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
