import { CompactEncrypt, importJWK, SignJWT } from 'jose'
import type { Authority } from '../authority/index.ts'
import type { ActiveClient } from '../directory/active-client.ts'
import { activeSigningKey } from '../keys/issuer-keys.ts'
import type { LogoutDeliveries } from '../store/tables/logout-deliveries.ts'
import { newTokenId } from '../tokens/issue.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** Seconds. It is made for one attempt, and used at once. */
const LIFETIME = 120

/**
 * A logout token (OpenID Connect Back-Channel Logout section 2.4), signed with the issuer's ACTIVE key and encrypted
 * as the client's ID tokens are. Each attempt has a new one: a client that took the last one, and whose answer was
 * lost, need not take this one for a replay.
 *
 * @throws DomainError where the issuer is gone, or Error where the client's key does not encrypt
 */
export async function logoutToken(
  authority: Authority,
  client: ActiveClient,
  { issuer_id, user_id, session_id }: LogoutDeliveries,
): Promise<string> {
  const { issuer, kid, alg, privateKey } = await activeSigningKey(authority, issuer_id)
  const now = Math.floor(authority.clock.now() / 1000)
  const token = await new SignJWT({ events: { [EVENT]: {} }, sid: session_id })
    .setProtectedHeader({ alg, kid, typ: 'logout+jwt' })
    .setIssuer(issuer)
    .setSubject(user_id)
    .setAudience(client.clientId)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME)
    .setJti(newTokenId())
    .sign(privateKey)
  return seal(token, client)
}

async function seal(token: string, { metadata, keys }: ActiveClient): Promise<string> {
  const alg = metadata.id_token_encrypted_response_alg
  if (alg === undefined) return token
  const key = keys.find(({ use }) => use === 'enc')
  if (key === undefined) throw new Error('the client has no active encryption key')
  return new CompactEncrypt(new TextEncoder().encode(token))
    .setProtectedHeader({ alg, enc: 'A256GCM', cty: 'JWT', ...(key.kid === null ? {} : { kid: key.kid }) })
    .encrypt(await importJWK({ ...key.material }, alg))
}
