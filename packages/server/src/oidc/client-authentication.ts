import { createPublicKey } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { type ActiveClient, activeClient } from '../directory/active-client.ts'
import { matchesSecret } from '../directory/client-secrets.ts'
import { DomainError } from '../errors/index.ts'
import { Secret } from '../secrets/index.ts'
import type { KnownIssuer } from '../tokens/issuers.ts'
import { replayIdOf, useOnce } from '../tokens/replay.ts'
import { remoteClientKeys } from './adapter/remote-client-keys.ts'
import {
  ASSERTION_ALGS,
  ASSERTION_TYPE,
  algorithmsOf,
  assertionKey,
  assertionSecret,
  CLOCK_TOLERANCE,
  isShortLived,
} from './client-assertion.ts'
import { endpointsOf } from './endpoints.ts'

/** What of a request may say which client it is from. */
export interface PresentedClient {
  readonly authorization?: string | undefined
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
  readonly client_assertion?: string | undefined
  readonly client_assertion_type?: string | undefined
  /** The address of the endpoint that is asked, which an assertion may be for. */
  readonly endpoint: string
}

export interface AuthenticatedClient {
  readonly client: ActiveClient
  /** False for a public client, which only says who it is. */
  readonly authenticated: boolean
}

/**
 * Which client asks one of our own endpoints, by the same rules as at the token endpoint, which the OpenID library
 * serves: the client's registered method and no other (a secret may come by header or body), its ACTIVE secrets
 * and keys only, an assertion short-lived and used once (RFC 6749 section 2.3, RFC 7523 section 3).
 *
 * @throws DomainError `client_credentials_missing`, `client_credentials_multiple`, `client_assertion_type_invalid`,
 *   `client_assertion_kid_invalid`, `client_authentication_failed`, `invalid_request`, `store_unavailable`
 */
export async function authenticateClient(
  issuer: KnownIssuer,
  presented: PresentedClient,
): Promise<AuthenticatedClient> {
  const { authorization, client_secret: secret, client_assertion: assertion } = presented
  const given = [authorization, secret, assertion].filter((value) => value !== undefined)
  if (given.length > 1) throw new DomainError('client_credentials_multiple')
  if (assertion !== undefined) return byAssertion(issuer, presented, assertion)
  if (authorization !== undefined) {
    const basic = readBasic(authorization)
    return bySecret(issuer, claimedId(presented, basic.clientId), basic.secret)
  }
  const { client_id: id } = presented
  if (id === undefined) throw new DomainError('client_credentials_missing')
  if (secret !== undefined) return bySecret(issuer, id, new Secret(secret))
  const client = await requireClient(issuer, id, ['none'])
  return { client, authenticated: false }
}

async function bySecret(issuer: KnownIssuer, id: string, presented: Secret): Promise<AuthenticatedClient> {
  const client = await requireClient(issuer, id, ['client_secret_basic', 'client_secret_post'])
  if (!matchesSecret(client.secrets, presented)) throw new DomainError('client_authentication_failed')
  return { client, authenticated: true }
}

async function byAssertion(
  issuer: KnownIssuer,
  presented: PresentedClient,
  assertion: string,
): Promise<AuthenticatedClient> {
  if (presented.client_assertion_type !== ASSERTION_TYPE)
    throw new DomainError('client_assertion_type_invalid')
  const { payload, header } = decode(assertion)
  if (typeof payload.sub !== 'string') throw new DomainError('client_authentication_failed')
  const id = claimedId(presented, payload.sub)
  const client = await requireClient(issuer, id, ['client_secret_jwt', 'private_key_jwt'])
  const { key, algorithms } = await verifierOf(issuer, client, assertion, header)
  const now = issuer.authority.clock.now()
  try {
    await jwtVerify(assertion, key, {
      algorithms: [...algorithms],
      issuer: id,
      subject: id,
      audience: [issuer.url, `${endpointsOf(issuer)}/token`, presented.endpoint],
      requiredClaims: ['exp', 'jti'],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now),
    })
  } catch (cause) {
    throw new DomainError('client_authentication_failed', {}, cause)
  }
  if (!isShortLived({ payload, header }, now) || typeof payload.jti !== 'string')
    throw new DomainError('client_authentication_failed')
  const isNew = await useOnce({ ...issuer, place: issuer.index.position }, replayIdOf(id, payload.jti))
  if (!isNew) throw new DomainError('client_authentication_failed')
  return { client, authenticated: true }
}

/** The one key that an assertion may be verified with, and the algorithms of that key. */
async function verifierOf(
  issuer: KnownIssuer,
  client: ActiveClient,
  assertion: string,
  header: Readonly<Record<string, unknown>>,
): Promise<{ readonly key: Parameters<typeof jwtVerify>[1]; readonly algorithms: readonly string[] }> {
  if (client.metadata.token_endpoint_auth_method === 'client_secret_jwt') {
    const secret = assertionSecret(assertion, header.alg, client.secrets)
    if (secret === undefined) throw new DomainError('client_authentication_failed')
    return {
      key: new TextEncoder().encode(secret.reveal()),
      algorithms: ASSERTION_ALGS.filter((alg) => alg.startsWith('HS')),
    }
  }
  const { jwks_uri: address } = client.metadata
  const kid = typeof header.kid === 'string' ? header.kid : undefined
  const keys =
    address === undefined ? client.keys : await remoteClientKeys(issuer, client.applicationId, address, kid)
  const key = assertionKey({ header }, keys)
  if (key === undefined) throw new DomainError('client_assertion_kid_invalid')
  return {
    key: createPublicKey({ key: { ...key.material }, format: 'jwk' }),
    algorithms: algorithmsOf(key),
  }
}

async function requireClient(
  { authority, index }: KnownIssuer,
  id: string,
  methods: readonly string[],
): Promise<ActiveClient> {
  const client = await activeClient(authority, id, index.position)
  if (client === undefined || !methods.includes(client.metadata.token_endpoint_auth_method))
    throw new DomainError('client_authentication_failed')
  return client
}

/** A `client_id` beside other credentials must name the same client. */
function claimedId({ client_id: claimed }: PresentedClient, proved: string): string {
  if (claimed !== undefined && claimed !== proved) throw new DomainError('invalid_request')
  return proved
}

function decode(assertion: string) {
  try {
    return { payload: decodeJwt(assertion), header: { ...decodeProtectedHeader(assertion) } }
  } catch (cause) {
    throw new DomainError('client_authentication_failed', {}, cause)
  }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function readBasic(authorization: string): { readonly clientId: string; readonly secret: Secret } {
  const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) throw new DomainError('invalid_request')
  const joined = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = joined.indexOf(':')
  if (colon < 1) throw new DomainError('invalid_request')
  try {
    return {
      clientId: formDecode(joined.slice(0, colon)),
      secret: new Secret(formDecode(joined.slice(colon + 1))),
    }
  } catch (cause) {
    throw new DomainError('invalid_request', {}, cause)
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', '%20'))
}
