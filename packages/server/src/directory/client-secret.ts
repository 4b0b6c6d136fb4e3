import { randomBytes, scrypt } from 'node:crypto'
import { type Authority, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { Secret } from '../secrets/index.ts'
import type { ClientMetadata } from './client-metadata.ts'

const MINIMUM = 14
/** For `client_secret_jwt`: an HMAC key as long as the digest (RFC 7518 section 3.2). */
const MINIMUM_FOR_HMAC = 32
const MAXIMUM = 100

/** A secret made ready outside the transaction that will keep it. */
export interface PreparedClientSecret {
  readonly id: string
  readonly value: Secret
  readonly sealed: string
  readonly secretHash: string
}

/** 384 random bits in 64 characters of base64url. */
export function newClientSecret(): Secret {
  return new Secret(randomBytes(48).toString('base64url'))
}

/** Binds a sealed value to its row. */
export function secretPurpose(id: string): string {
  return `client_secret:${id}`
}

/**
 * Judges and seals a secret. The digest that is shown of it is slow (scrypt) and salted by the row's id, because
 * people choose secrets of fourteen characters, too.
 *
 * @throws DomainError client_secret_not_used, client_secret_not_ascii, client_secret_too_long,
 *   client_secret_too_short
 */
export async function prepareClientSecret(
  authority: Pick<Authority, 'vault'>,
  value: Secret,
  method: ClientMetadata['token_endpoint_auth_method'],
): Promise<PreparedClientSecret> {
  checkClientSecret(value, method)
  const id = newId('ocs')
  const [sealed, secretHash] = await Promise.all([
    authority.vault.seal(value, secretPurpose(id)),
    slowDigest(value, id),
  ])
  return { id, value, sealed, secretHash }
}

function checkClientSecret(secret: Secret, method: ClientMetadata['token_endpoint_auth_method']): void {
  if (method === 'private_key_jwt' || method === 'none')
    throw new DomainError('client_secret_not_used', { method })
  const value = secret.reveal()
  if (!/^[\x20-\x7e]*$/.test(value)) throw new DomainError('client_secret_not_ascii')
  if (value.length > MAXIMUM) throw new DomainError('client_secret_too_long', { maximum: MAXIMUM })
  if (value.length < MINIMUM) throw new DomainError('client_secret_too_short', { minimum: MINIMUM })
  if (method === 'client_secret_jwt' && value.length < MINIMUM_FOR_HMAC)
    throw new DomainError('client_secret_too_short', { minimum: MINIMUM_FOR_HMAC, method })
}

/** 16 bytes in base64url, as long as Okta's. */
function slowDigest(value: Secret, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(value.reveal(), salt, 16, { N: 16_384, r: 8, p: 1 }, (failure, digest) => {
      if (failure === null) resolve(digest.toString('base64url'))
      else reject(failure)
    })
  })
}
