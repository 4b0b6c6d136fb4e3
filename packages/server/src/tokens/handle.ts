import { hash } from 'node:crypto'

/**
 * What the store knows a presented value by: base64url SHA-256. The values have at least 128 random bits, so a
 * slow hash would protect nothing more, and a look-up by digest takes no time that depends on the secret.
 */
export function handleOf(presented: string): string {
  return hash('sha256', presented, 'base64url')
}
