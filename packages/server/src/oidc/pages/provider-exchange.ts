import * as openid from 'openid-client'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Authority } from '../../authority/index.ts'
import { openClientSecret } from '../../federation/provider-secret.ts'
import { ID_TOKEN_ALGORITHMS, isSignedByTrusted } from '../../federation/sign-in/id-token.ts'
import type { SignInProvider } from '../../federation/sign-in/providers.ts'
import { parseStrictJson } from '../../json/strict-json.ts'
import { FetchFailed, fetchDocument, guardedFetch } from '../../outbound/index.ts'
import type { Secret } from '../../secrets/index.ts'

type Provider = SignInProvider['provider']

/** What one sign-in at a provider is held together by. */
export interface Secrets {
  readonly state: string
  readonly nonce: string
  /** RFC 7636. */
  readonly verifier: string
}

/** Bytes of each answer, and milliseconds. */
const BOUNDS = { bytes: 262_144, time: 5_000 }
/** Seconds that a provider's clock may differ from ours. */
const TOLERANCE = 5

const discovery = Compile(
  Type.Object({
    issuer: Type.String(),
    authorization_endpoint: Type.String({ maxLength: 2_048 }),
    token_endpoint: Type.String({ maxLength: 2_048 }),
    authorization_response_iss_parameter_supported: Type.Optional(Type.Boolean()),
    token_endpoint_auth_methods_supported: Type.Optional(Type.Array(Type.String())),
  }),
)

/** Where a provider sends people back to: the same address for the whole installation, so that it is registered once. */
export function callbackOf({ publicUrl }: Pick<Authority, 'publicUrl'>): string {
  return `${publicUrl}/oauth2/callback`
}

/** The address at which somebody signs in. @throws FetchFailed where the provider cannot be asked */
export async function authorizationAddress(
  authority: Authority,
  provider: Provider,
  { state, nonce, verifier }: Secrets,
): Promise<string> {
  const configuration = await configurationOf(authority, provider)
  const scopes = new Set(['openid', ...provider.requestedScopes])
  return openid.buildAuthorizationUrl(configuration, {
    redirect_uri: callbackOf(authority),
    scope: [...scopes].join(' '),
    state,
    nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).href
}

/**
 * Exchanges the code that somebody came back with. State, `iss`, nonce, audience and times are checked by the library,
 * the signature against the keys that the authority trusts.
 *
 * @param answer the parameters of the callback
 * @returns the claims of the ID token; undefined where the answer, or the token, is not good
 */
export async function redeem(
  authority: Authority,
  { provider, sealedSecret }: SignInProvider,
  answer: URLSearchParams,
  { state, nonce, verifier }: Secrets,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { logger } = authority
  try {
    const secret = await openClientSecret(authority, provider.id, sealedSecret)
    const configuration = await configurationOf(authority, provider, secret)
    const callback = new URL(callbackOf(authority))
    callback.search = answer.toString()
    const tokens = await openid.authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const { id_token: token } = tokens
    if (token !== undefined && (await isSignedByTrusted(authority, provider, token))) return tokens.claims()
    logger.warn({ provider: provider.id }, 'an ID token was refused: no trusted key signed it, or it is void')
  } catch (failure) {
    if (!isTheirs(failure)) throw failure
    logger.warn(
      { provider: provider.id, code: failure.code },
      'a sign-in through an identity provider failed',
    )
  }
  return undefined
}

/** What the other side did, not we: it may not be answered with an error of ours. */
function isTheirs(failure: unknown): failure is Error & { readonly code?: string } {
  return (
    failure instanceof FetchFailed ||
    failure instanceof openid.ClientError ||
    failure instanceof openid.ResponseBodyError ||
    failure instanceof openid.AuthorizationResponseError ||
    failure instanceof openid.WWWAuthenticateChallengeError
  )
}

async function configurationOf(
  { allowPrivateNetworks = false }: Authority,
  { issuerUri, clientId }: Provider,
  secret?: Secret,
): Promise<openid.Configuration> {
  const options = { allowPrivateNetworks, bounds: BOUNDS }
  const address = `${issuerUri.replace(/\/$/, '')}/.well-known/openid-configuration`
  const parsed = parseStrictJson(await fetchDocument(address, options))
  if (!parsed.ok || !discovery.Check(parsed.value) || parsed.value.issuer !== issuerUri)
    throw new FetchFailed('document', 'no discovery document of the provider')
  const { issuer, authorization_endpoint, token_endpoint } = parsed.value
  const { authorization_response_iss_parameter_supported = false } = parsed.value
  const { token_endpoint_auth_methods_supported: methods } = parsed.value
  if (!isWeb(authorization_endpoint, allowPrivateNetworks))
    throw new FetchFailed('document', 'the provider has no page to sign in at')
  const configuration = new openid.Configuration(
    {
      issuer,
      authorization_endpoint,
      token_endpoint,
      authorization_response_iss_parameter_supported,
      id_token_signing_alg_values_supported: ID_TOKEN_ALGORITHMS,
    },
    clientId,
    { [openid.clockTolerance]: TOLERANCE },
    clientAuthentication(secret, methods),
  )
  if (allowPrivateNetworks) openid.allowInsecureRequests(configuration)
  configuration[openid.customFetch] = (url, { method, headers, body }) =>
    guardedFetch(
      url,
      { method, headers, ...(body !== undefined && body !== null && { body: String(body) }) },
      options,
    )
  return configuration
}

/**
 * How we say who we are: as a public client without a secret, else the way that the provider knows, by the header where
 * it does not say (OpenID Connect Discovery 1.0 section 3).
 */
export function clientAuthentication(
  secret: Secret | undefined,
  methods: readonly string[] = ['client_secret_basic'],
): openid.ClientAuth {
  if (secret === undefined) return openid.None()
  const byForm = methods.includes('client_secret_post') && !methods.includes('client_secret_basic')
  return byForm ? openid.ClientSecretPost(secret.reveal()) : openid.ClientSecretBasic(secret.reveal())
}

function isWeb(address: string, allowsHttp: boolean): boolean {
  const protocol = URL.parse(address)?.protocol
  return protocol === 'https:' || (allowsHttp && protocol === 'http:')
}
