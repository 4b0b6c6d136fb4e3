import { type Static, Type } from '@fastify/type-provider-typebox'
import { REASON_CODES } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import {
  AUTHORIZATION_TYPES,
  IDP_TYPES,
  type IdentityProvider,
  SamlSettings,
} from '../../federation/identity-provider.ts'
import {
  createIdentityProvider,
  deleteIdentityProvider,
  getIdentityProvider,
  listIdentityProviders,
  updateIdentityProvider,
} from '../../federation/identity-providers.ts'
import { type ProviderHealth, providerHealth } from '../../federation/provider-keys/health.ts'
import { type KeysRevoked, revokeProviderKeys } from '../../federation/provider-keys/revoke.ts'
import { Secret } from '../../secrets/index.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { pageOf, RESPONSES } from './responses.ts'
import { timeOrNull, timeText } from './times.ts'

const closed = { additionalProperties: false } as const
const ObjectId = Type.String({ pattern: '^[0-9a-f]{24}$' })
const Nullable = Type.Union([Type.String(), Type.Null()])
const Path = Type.Object({ id: ObjectId })
const ProviderPath = Type.Object({ id: ObjectId, providerId: ObjectId })
const Short = Type.String({ maxLength: 256 })
const Texts = Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 100 })

const SETTINGS = {
  displayName: Type.Optional(Short),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
  issuerUri: Type.Optional(Type.String({ maxLength: 1_024 })),
  audience: Type.Optional(Type.String({ maxLength: 1_024 })),
  authorizationType: Type.Optional(Type.Enum(AUTHORIZATION_TYPES)),
  userClaim: Type.Optional(Short),
  groupsClaim: Type.Optional(Type.Union([Short, Type.Null()])),
  clientId: Type.Optional(Type.Union([Short, Type.Null()])),
  /** Kept sealed and never shown. Null takes it away; with another issuer or client it is not kept. */
  clientSecret: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 1_024 }), Type.Null()])),
  requestedScopes: Type.Optional(Texts),
  associatedDomains: Type.Optional(Texts),
}
const NewProvider = Type.Object({ ...SETTINGS, idpType: Type.Optional(Type.Enum(IDP_TYPES)) }, closed)
const Change = Type.Object(SETTINGS, closed)
export const ProviderBody = Type.Object({
  id: Type.String(),
  federationId: Type.String(),
  protocol: Type.Enum(['OIDC', 'SAML']),
  idpType: Type.Enum(IDP_TYPES),
  displayName: Type.String(),
  description: Nullable,
  issuerUri: Type.String(),
  audience: Nullable,
  authorizationType: Type.Union([Type.Enum(AUTHORIZATION_TYPES), Type.Null()]),
  userClaim: Nullable,
  groupsClaim: Nullable,
  clientId: Nullable,
  hasClientSecret: Type.Boolean(),
  requestedScopes: Type.Array(Type.String()),
  associatedDomains: Type.Array(Type.String()),
  /** What only a SAML provider has. */
  saml: Type.Union([Type.Null(), SamlSettings]),
  /** The organizations that are connected to it. */
  organizations: Type.Array(Type.String()),
  createdAt: Type.String(),
  updatedAt: Nullable,
})
const Health = Type.Object({
  id: Type.String(),
  issuer: Type.String(),
  jwksUri: Nullable,
  outcome: Type.String(),
  failures: Type.Integer(),
  trusted: Type.Boolean(),
  alarms: Type.Array(Type.String()),
  lastFetchAt: Nullable,
  lastSuccessAt: Nullable,
  lastChangeAt: Nullable,
  lastRevocationAt: Nullable,
  nextFetchAt: Type.String(),
  keys: Type.Array(
    Type.Object({
      kid: Nullable,
      thumbprint: Type.String(),
      state: Type.Enum(['trusted', 'published', 'gone', 'blocked']),
      firstSeenAt: Type.String(),
      lastSeenAt: Type.String(),
    }),
  ),
})
const NamedKeys = Type.Array(Type.Object({ kid: Nullable, thumbprint: Type.String() }))
const Revocation = Type.Object(
  {
    reason: Type.Enum(REASON_CODES),
    note: Type.Optional(Type.String({ maxLength: 1_000 })),
    blockKids: Type.Optional(Texts),
  },
  closed,
)
const Revoked = Type.Object({
  /** The revocation of the caller's organization; null where that is not of the federation. */
  id: Nullable,
  /** `ok`, or why the provider could not be asked: then none of its keys is trusted until a fetch succeeds. */
  outcome: Type.String(),
  notAfter: Type.String(),
  trusted: NamedKeys,
  blocked: NamedKeys,
  /** Forgeries by these that are dated later would pass: name them in `blockKids` to block them. */
  stillPublished: NamedKeys,
  organizations: Type.Array(Type.String()),
})

const PROVIDERS = '/federations/:id/identity-providers'
const PROVIDER = `${PROVIDERS}/:providerId`

/**
 * `GET·POST /federations/{id}/identity-providers`, `GET·PATCH·DELETE …/{providerId}`,
 * `POST …/{providerId}/revoke-keys`, `GET /identity-providers/{id}/health`.
 */
export function identityProviders(app: NativeApp, authority: Authority): void {
  app.get(
    PROVIDERS,
    { schema: { params: Path, response: { 200: pageOf(ProviderBody), ...RESPONSES } } },
    async (request) => {
      const all = await listIdentityProviders(authority, readerOf(actorOf(request)), request.params.id)
      return {
        items: all.map(({ provider, organizations }) => representProvider(provider, idsOf(organizations))),
        next: null,
      }
    },
  )

  app.post(
    PROVIDERS,
    { schema: { params: Path, body: NewProvider, response: { 201: ProviderBody, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const provider = await createIdentityProvider(
        authority,
        actor,
        request.params.id,
        settingsIn(request.body),
      )
      reply.code(201)
      return representProvider(provider, [])
    },
  )

  app.get(
    PROVIDER,
    { schema: { params: ProviderPath, response: { 200: ProviderBody, ...RESPONSES } } },
    async (request) => {
      const { id, providerId } = request.params
      const found = await getIdentityProvider(authority, readerOf(actorOf(request)), id, providerId)
      return representProvider(found.provider, idsOf(found.organizations))
    },
  )

  app.patch(
    PROVIDER,
    { schema: { params: ProviderPath, body: Change, response: { 200: ProviderBody, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { id, providerId } = request.params
      await updateIdentityProvider(authority, actor, id, providerId, settingsIn(request.body))
      const found = await getIdentityProvider(authority, actor, id, providerId)
      return representProvider(found.provider, idsOf(found.organizations))
    },
  )

  app.delete(
    PROVIDER,
    { schema: { params: ProviderPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, providerId } = request.params
      await deleteIdentityProvider(authority, administratorOf(actorOf(request)), id, providerId)
      return reply.code(204).send(null)
    },
  )

  app.post(
    `${PROVIDER}/revoke-keys`,
    { schema: { params: ProviderPath, body: Revocation, response: { 200: Revoked, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { id, providerId } = request.params
      const outcome = await revokeProviderKeys(authority, actor, id, providerId, request.body)
      return representRevoked(outcome, actor.organizationId)
    },
  )

  app.get(
    '/identity-providers/:id/health',
    { schema: { params: Path, response: { 200: Health, ...RESPONSES } } },
    async (request) =>
      representHealth(await providerHealth(authority, readerOf(actorOf(request)), request.params.id)),
  )
}

function settingsIn<Settings extends { readonly clientSecret?: string | null }>(body: Settings) {
  const { clientSecret, ...rest } = body
  return { ...rest, clientSecret: typeof clientSecret === 'string' ? new Secret(clientSecret) : clientSecret }
}

export function idsOf(organizations: readonly { readonly organizationId: string }[]): string[] {
  return organizations.map(({ organizationId }) => organizationId)
}

export function representProvider(
  provider: IdentityProvider,
  organizations: string[],
): Static<typeof ProviderBody> {
  const oidc = provider.protocol === 'OIDC' ? provider : undefined
  return {
    id: provider.id,
    federationId: provider.federationId,
    protocol: provider.protocol,
    idpType: provider.idpType,
    displayName: provider.displayName,
    description: provider.description,
    issuerUri: provider.issuerUri,
    audience: oidc?.audience ?? null,
    authorizationType: oidc?.authorizationType ?? null,
    userClaim: oidc?.userClaim ?? null,
    groupsClaim: oidc?.groupsClaim ?? null,
    clientId: oidc?.clientId ?? null,
    hasClientSecret: oidc?.hasClientSecret ?? false,
    requestedScopes: [...(oidc?.requestedScopes ?? [])],
    associatedDomains: [...provider.associatedDomains],
    saml: provider.protocol === 'SAML' ? provider.saml : null,
    organizations,
    createdAt: timeText(provider.createdAt),
    updatedAt: timeOrNull(provider.updatedAt),
  }
}

function representHealth(health: ProviderHealth): Static<typeof Health> {
  const { id, issuer, jwksUri, outcome, failures, isTrusted, alarms, keys } = health
  return {
    id,
    issuer,
    jwksUri,
    outcome,
    failures,
    trusted: isTrusted,
    alarms: [...alarms],
    lastFetchAt: timeOrNull(health.lastFetchAt),
    lastSuccessAt: timeOrNull(health.lastSuccessAt),
    lastChangeAt: timeOrNull(health.lastChangeAt),
    lastRevocationAt: timeOrNull(health.lastRevocationAt),
    nextFetchAt: timeText(health.nextFetchAt),
    keys: keys.map(({ kid, thumbprint, state, firstSeenAt, lastSeenAt }) => ({
      kid,
      thumbprint,
      state,
      firstSeenAt: timeText(firstSeenAt),
      lastSeenAt: timeText(lastSeenAt),
    })),
  }
}

function representRevoked(outcome: KeysRevoked, organizationId: string): Static<typeof Revoked> {
  const { trusted, blocked, stillPublished, revocations } = outcome
  return {
    id: revocations.get(organizationId)?.id ?? null,
    outcome: outcome.outcome,
    notAfter: timeText(outcome.notAfter),
    trusted: [...trusted],
    blocked: [...blocked],
    stillPublished: [...stillPublished],
    organizations: [...revocations.keys()],
  }
}
