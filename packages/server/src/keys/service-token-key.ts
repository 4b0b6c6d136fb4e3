import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Authority } from '../authority/index.ts'
import { installationSecret } from '../directory/installation-secret.ts'
import { Secret } from '../secrets/index.ts'

/** The pair that signs access tokens of service accounts: P-521, for ES512 as Atlas's. */
export interface ServiceTokenKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const pairs = new WeakMap<Authority['store'], Promise<ServiceTokenKey>>()

/**
 * The same pair on every node, made at first use. It is published nowhere: these tokens are for us alone, who also
 * want the row of each, so a stolen key makes no token that anybody accepts.
 */
export function serviceTokenKey(authority: Pick<Authority, 'store' | 'vault'>): Promise<ServiceTokenKey> {
  const known = pairs.get(authority.store)
  if (known !== undefined) return known
  const made = installationSecret(authority, 'service_token_key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' })
    return new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  }).then((pem) => {
    const privateKey = createPrivateKey(pem.reveal())
    return { privateKey, publicKey: createPublicKey(privateKey) }
  })
  pairs.set(authority.store, made)
  made.catch(() => pairs.delete(authority.store))
  return made
}
