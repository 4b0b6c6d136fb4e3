import { randomBytes } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { installationSecret } from '../directory/installation-secret.ts'
import { Secret } from '../secrets/index.ts'

/** The secret behind the keys that sign cookies, the same on every node. */
export function cookieSecret(authority: Pick<Authority, 'store' | 'vault'>): Promise<Secret> {
  return installationSecret(
    authority,
    'cookie_secret',
    () => new Secret(randomBytes(32).toString('base64url')),
  )
}
