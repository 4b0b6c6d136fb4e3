import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Client, errors } from 'oidc-provider'
import type { ClientMetadata } from '../directory/client-metadata.ts'
import type { ClientKey } from '../keys/client-key.ts'
import type { Secret } from '../secrets/index.ts'
import { CLIENT_TEXTS } from './client-texts.ts'
import { currentRequest } from './request.ts'

/** Algorithms for clients' assertions and request objects: asymmetric ones, and HMAC for `client_secret_jwt`. */
export const ASSERTION_ALGS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'HS256',
  'HS384',
  'HS512',
] as const

/** RFC 7523 section 2.2. */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Seconds by which the clocks of a client and ours may differ. */
export const CLOCK_TOLERANCE = 5

/** Seconds. An assertion that would be good for longer is refused, so that remembering used ones is bounded. */
const LONGEST_ASSERTION = 3_600

export interface Assertion {
  readonly payload: Readonly<Record<string, unknown>>
  readonly header: Readonly<Record<string, unknown>>
}

/** Whether an assertion ends within an hour from when it begins, or from now where it does not say. */
export function isShortLived({ payload: { exp, iat } }: Assertion, now: number): boolean {
  const seconds = Math.floor(now / 1000)
  const from = typeof iat === 'number' ? Math.max(iat, seconds) : seconds
  return typeof exp === 'number' && exp - from <= LONGEST_ASSERTION
}

/**
 * The client's key that an assertion names: one of its ACTIVE signing keys by `kid`. A set of one may do without a
 * name.
 */
export function assertionKey(
  { header: { kid } }: Pick<Assertion, 'header'>,
  active: readonly ClientKey[],
): ClientKey | undefined {
  const signing = active.filter(({ use }) => use !== 'enc')
  const named = signing.find((key) => key.kid === (kid ?? null))
  return named ?? (kid === undefined && signing.length === 1 ? signing[0] : undefined)
}

/** Which of a client's secrets an HMAC assertion was made with, each tried in constant time; none where none fits. */
export function assertionSecret(
  assertion: string,
  alg: unknown,
  secrets: readonly Secret[],
): Secret | undefined {
  const end = assertion.lastIndexOf('.')
  const [, bits] = /^HS(256|384|512)$/.exec(String(alg)) ?? []
  if (bits === undefined || end < 0) return undefined
  const presented = Buffer.from(assertion.slice(end + 1), 'base64url')
  return secrets.find((secret) => {
    const made = createHmac(`sha${bits}`, secret.reveal()).update(assertion.slice(0, end)).digest()
    return made.length === presented.length && timingSafeEqual(made, presented)
  })
}

/** The algorithms that a client's key may sign with: the one that it was registered for, else those of its kind. */
export function algorithmsOf({ alg, material }: ClientKey): readonly string[] {
  if (alg !== null) return [alg]
  switch (material.kty) {
    case 'RSA':
      return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
    case 'EC':
      return [{ 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }[material.crv]]
    case 'OKP':
      return ['EdDSA']
  }
}

/**
 * What we ask of a client's assertion at the OpenID library's endpoints, beyond what the library asks (RFC 7523
 * section 3): a short life, and a `kid` of an ACTIVE key. Which key it was becomes a subject of every token that
 * follows.
 *
 * @throws InvalidClientAuth
 */
export function judgeClientAssertion(
  payload: Assertion['payload'],
  header: Assertion['header'],
  client: Client,
  now: number,
): void {
  if (!isShortLived({ payload, header }, now))
    throw new errors.InvalidClientAuth('the client_assertion must expire within an hour')
  if (client.tokenEndpointAuthMethod !== 'private_key_jwt') return
  const request = currentRequest()
  // The library has verified the signature with one of these keys.
  const used = assertionKey({ header }, request.client?.keys ?? [])
  if (used === undefined) throw new errors.InvalidClientAuth(CLIENT_TEXTS.kid)
  request.relyOn({ assertionKey: used.thumbprint })
}

/** The methods that clients may authenticate by, as metadata documents list them. */
export const AUTHENTICATION_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const satisfies readonly ClientMetadata['token_endpoint_auth_method'][]
