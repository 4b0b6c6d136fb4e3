import { createPublicKey, randomBytes } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { type AccessToken, type ClientCredentials, errors, type Provider } from 'oidc-provider'
import { readAuthorizationServer, type TokenEncryptionAlg } from '../directory/authorization-server.ts'
import { type ApiEncryptionKey, readApiEncryptionKey } from '../keys/api-encryption-key.ts'
import { listApiEncryptionKeys } from '../store/queries/api-encryption-keys.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import { handleOf } from '../tokens/handle.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'

/** How one access token will be encrypted, settled before its row is written. */
export interface Seal {
  readonly alg: TokenEncryptionAlg
  readonly key: ApiEncryptionKey
  /**
   * The token's name in the clear: 128 random bits in the protected header, by which introspection, revocation and
   * userinfo find what only the resource server can open. The ledger keeps its digest.
   */
  readonly rid: string
  /** That digest. */
  readonly handle: string
}

const sealed = new WeakMap<object, Seal>()

/**
 * Settles how an access token is encrypted, if its authorization server encrypts. The key is read for each token,
 * so the next one follows an activation at once.
 *
 * @throws InvalidTarget where there is no ACTIVE key: a token is never issued in the clear instead
 */
export async function sealToken(
  { authority, organizationId, issuerId }: IssuerContext,
  token: AccessToken | ClientCredentials,
): Promise<Seal | undefined> {
  // An organization's own authorization server has no encryption keys.
  if (issuerId === organizationId) return undefined
  const { alg, keys } = await authority.store.read({ organizationId }, async (tx) => {
    const row = await findAuthorizationServer(tx, issuerId)
    const server = row && readAuthorizationServer(authority, row)
    if (server === undefined || server.encryptionAlg === null) return { alg: null, keys: [] }
    return { alg: server.encryptionAlg, keys: await listApiEncryptionKeys(tx, issuerId) }
  })
  if (alg === null) return undefined
  const key = keys.map(readApiEncryptionKey).find(({ status }) => status === 'ACTIVE')
  if (key === undefined) throw new errors.InvalidTarget('the API has no active key to encrypt its tokens to')
  const rid = randomBytes(16).toString('base64url')
  const seal = { alg, key, rid, handle: handleOf(rid) }
  sealed.set(token, seal)
  return seal
}

/** Makes a provider's access tokens leave encrypted where that was settled (RFC 7519 section 5.2, nested). */
export function encryptAccessTokens({ AccessToken, ClientCredentials }: Provider): void {
  for (const { prototype } of [AccessToken, ClientCredentials]) {
    const { save } = prototype
    Object.defineProperty(prototype, 'save', {
      async value(this: AccessToken | ClientCredentials, ttl?: number): Promise<string> {
        const signed = await Reflect.apply(save, this, [ttl])
        const seal = sealed.get(this)
        return seal === undefined ? signed : encrypt(signed, seal)
      },
    })
  }
}

function encrypt(signed: string, { alg, key, rid }: Seal): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader({
      alg,
      enc: 'A256GCM',
      cty: 'at+jwt',
      rid,
      ...(key.kid === null ? {} : { kid: key.kid }),
    })
    .encrypt(createPublicKey({ key: { ...key.jwk }, format: 'jwk' }))
}
