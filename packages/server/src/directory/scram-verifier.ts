import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { Secret } from '../secrets/index.ts'

/** What a server keeps of a password to be convinced that somebody has it (RFC 5802 section 3, RFC 7677). */
export interface ScramVerifier {
  readonly iterations: number
  readonly salt: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** PostgreSQL's own, and the least that RFC 7677 allows: what is salted here was not thought up by a person. */
const ITERATIONS = 4_096
const SHAPE = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/

/** In the form of RFC 5803. Takes about two milliseconds. */
export function scramVerifier(value: Secret): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(value.reveal(), salt, ITERATIONS, 32, 'sha256')
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  const serverKey = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

/** @throws TypeError for what `scramVerifier` did not write */
export function readScramVerifier(kept: string): ScramVerifier {
  const [, iterations, salt, storedKey, serverKey] = SHAPE.exec(kept) ?? []
  if (iterations === undefined || salt === undefined || storedKey === undefined || serverKey === undefined)
    throw new TypeError('a SCRAM verifier is damaged')
  return {
    iterations: Number(iterations),
    salt: Buffer.from(salt, 'base64'),
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
