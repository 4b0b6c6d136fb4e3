import type { Configuration, RefreshToken } from 'oidc-provider'
import type { ActiveSigningKey } from '../keys/issuer-keys.ts'
import { PROOF_ALGS } from '../tokens/dpop.ts'
import { stampAccessToken } from './access-tokens.ts'
import { findAccount } from './accounts.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { CLAIMS_BY_SCOPE } from './claims.ts'
import {
  ASSERTION_ALGS,
  AUTHENTICATION_METHODS,
  CLOCK_TOLERANCE,
  judgeClientAssertion,
} from './client-assertion.ts'
import { discoveryOf } from './discovery.ts'
import { nonceSecretOf } from './dpop-nonces.ts'
import { LIFETIMES } from './lifetimes.ts'
import { grantFor } from './pages/grants.ts'
import { libraryPages } from './pages/library-pages.ts'
import { currentRequest } from './request.ts'
import { defaultResource, OPENID_SCOPES, resourceServerInfo } from './resources.ts'
import { interactionRoute, routesOf } from './routes.ts'
import { remainingOfSession } from './sessions.ts'
import { signingJwks } from './signing-jwks.ts'

const ENCRYPTION_ALGS = ['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'] as const

/** The OpenID library as we run it: RFC 9700 throughout, every optional endpoint of its own that we do better off. */
export function configuration(
  context: IssuerContext,
  key: ActiveSigningKey,
  cookieKeys: readonly string[],
): Configuration {
  const isSecure = context.issuer.startsWith('https:')
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure: isSecure, path: '/' } as const
  const { alg } = key
  const pages = libraryPages(context)
  return {
    jwks: signingJwks(key),
    routes: routesOf(context),
    scopes: [...OPENID_SCOPES],
    responseTypes: ['code'],
    subjectTypes: ['public'],
    discovery: discoveryOf(context),
    clientAuthMethods: [...AUTHENTICATION_METHODS],
    enabledJWA: {
      clientAuthSigningAlgValues: [...ASSERTION_ALGS],
      idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'],
      requestObjectSigningAlgValues: [...ASSERTION_ALGS],
      idTokenEncryptionAlgValues: [...ENCRYPTION_ALGS],
      idTokenEncryptionEncValues: ['A256GCM'],
      dPoPSigningAlgValues: [...PROOF_ALGS],
    },
    claims: { ...CLAIMS_BY_SCOPE, sid: null, auth_time: null, iss: null },
    // RFC 9700 section 2.1.1, RFC 7636 section 4.2: a challenge always, and never `plain`.
    pkce: { required: () => currentRequest().client?.needsPkce ?? true },
    rotateRefreshToken: () => currentRequest().client?.rotates ?? true,
    issueRefreshToken: () => currentRequest().family !== undefined,
    // The ledger and the log decide what a sign-out ends (`sessions.ts`), not a look-up with every use.
    expiresWithSession: () => false,
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    clockTolerance: CLOCK_TOLERANCE,
    cookies: {
      keys: [...cookieKeys],
      names: {
        // One browser may be known to several organizations at one host.
        session: `${isSecure ? '__Host-' : ''}rescind_session_${context.organizationId}`,
        interaction: 'rescind_interaction',
        resume: 'rescind_resume',
      },
      long: cookie,
      short: { httpOnly: true, sameSite: 'lax', signed: true, secure: isSecure },
    },
    loadExistingGrant: (ctx) => grantFor(context, ctx),
    renderError: pages.renderError,
    findAccount: (_ctx, sub) => findAccount(context, sub),
    assertJwtClientAuthClaimsAndHeader: (_ctx, payload, header, client) =>
      judgeClientAssertion(payload, header, client, context.authority.clock.now()),
    interactions: { url: (_ctx, interaction) => `${interactionBase(context)}/${interaction.uid}` },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? LIFETIMES.accessToken,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? LIFETIMES.accessToken,
      AuthorizationCode: LIFETIMES.authorizationCode,
      DeviceCode: LIFETIMES.deviceCode,
      Grant: LIFETIMES.grant,
      IdToken: LIFETIMES.idToken,
      Interaction: LIFETIMES.interaction,
      RefreshToken: (_ctx, token) => remainingOfFamily(token, context.authority.clock.now()),
      Session: (_ctx, session) => remainingOfSession(session.loginTs, context.authority.clock.now()),
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true, ...pages.deviceFlow },
      dPoP: { enabled: true, nonceSecret: nonceSecretOf(cookieKeys), requireNonce: () => true },
      encryption: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      rpInitiatedLogout: { enabled: true, ...pages.rpInitiatedLogout },
      backchannelLogout: { enabled: true },
      // The library knows neither JWTs nor tokens with an audience at these three: they are ours (`apis/oauth`).
      introspection: { enabled: false },
      revocation: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (ctx, _client, oneOf) =>
          (Array.isArray(oneOf) ? oneOf[0] : oneOf) ?? (await defaultResource(context, ctx.oidc)) ?? [],
        getResourceServerInfo: (ctx, identifier) => resourceServerInfo(context, ctx.oidc, identifier, alg),
        useGrantedResource: () => true,
      },
    },
    formats: {
      customizers: {
        jwt: (_ctx, token, structure) => stampAccessToken(context, key.kid, token, structure),
      },
    },
  }
}

function interactionBase(context: IssuerContext): string {
  return `${context.issuer}${interactionRoute(context)}`
}

/** Seconds left of the family's absolute lifetime: exchanging a token never lengthens it. */
function remainingOfFamily(token: RefreshToken, now: number): number {
  const began = token.iiat ?? Math.floor(now / 1000)
  return Math.max(1, began + LIFETIMES.refreshToken - Math.floor(now / 1000))
}
