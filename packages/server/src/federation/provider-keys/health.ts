import type { Actor, Authority } from '../../authority/index.ts'
import { SYSTEM } from '../../store/index.ts'
import { findFederationOfProvider, findIdentityProvider } from '../../store/queries/identity-providers.ts'
import { readTexts } from '../federation.ts'
import { oidcOnly, providerNotFound, readProvider } from '../identity-provider.ts'
import { readAsMember } from '../members.ts'
import { findKeyState, newKeySet, readJwk } from './key-state.ts'
import { reachOf } from './tell.ts'

export interface HealthKey {
  readonly kid: string | null
  readonly thumbprint: string
  /** Trusted: verifiers take it. Published: they do not, because a fetch has yet to succeed. Gone: not published. */
  readonly state: 'trusted' | 'published' | 'gone' | 'blocked'
  /** Since when: blocked, or seen last, or seen first. */
  readonly since: number
  /** What it says that it signs by, if it does. */
  readonly alg: string | null
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

/** How it stands with the keys of an identity provider. Times are milliseconds since the epoch. */
export interface ProviderHealth {
  readonly id: string
  readonly federationId: string
  readonly issuer: string
  /** The ids of all providers of the federation that have this issuer, and so these keys. */
  readonly sharedBy: readonly string[]
  readonly jwksUri: string | null
  /** `ok`, `unchanged`, `never`, or why the last fetch failed. */
  readonly outcome: string
  readonly failures: number
  readonly lastFetchAt: number | null
  readonly lastSuccessAt: number | null
  readonly lastChangeAt: number | null
  readonly lastRevocationAt: number | null
  readonly nextFetchAt: number
  /** Whether any key of it is taken. */
  readonly isTrusted: boolean
  /** Why keys of the last set were left out. */
  readonly alarms: readonly string[]
  readonly keys: readonly HealthKey[]
}

/** @throws DomainError `not_found`, `identity_provider_not_oidc` */
export async function providerHealth(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<ProviderHealth> {
  const federationId = await federationOfProvider(authority, id)
  return readAsMember(authority, actor, federationId, async (tx) => {
    const row = await findIdentityProvider(tx, id)
    if (row === undefined) throw providerNotFound(id)
    const { issuerUri: issuer } = oidcOnly(readProvider(row))
    const { set, keys } = (await findKeyState(tx, issuer)) ?? {
      set: newKeySet(issuer, authority.clock.now()),
      keys: [],
    }
    return {
      id,
      federationId,
      issuer,
      sharedBy: (await reachOf(tx, issuer)).providers,
      jwksUri: set.jwks_uri,
      outcome: set.outcome,
      failures: set.failures,
      lastFetchAt: set.fetched_at,
      lastSuccessAt: set.succeeded_at,
      lastChangeAt: set.changed_at,
      lastRevocationAt: set.revoked_at,
      nextFetchAt: set.next_fetch_at,
      isTrusted: set.is_trusted === 1,
      alarms: readTexts(set.alarms),
      keys: keys.map((key) => ({
        kid: key.kid,
        thumbprint: key.thumbprint,
        state: stateOf(key, set.is_trusted === 1),
        since: key.blocked_at ?? (key.is_published === 1 ? key.first_seen_at : key.last_seen_at),
        alg: readJwk(key.jwk).alg ?? null,
        firstSeenAt: key.first_seen_at,
        lastSeenAt: key.last_seen_at,
      })),
    }
  })
}

function stateOf(
  key: { readonly is_published: number; readonly blocked_at: number | null },
  isTrusted: boolean,
): HealthKey['state'] {
  if (key.blocked_at !== null) return 'blocked'
  if (key.is_published === 0) return 'gone'
  return isTrusted ? 'trusted' : 'published'
}

/** To which federation a provider belongs. @throws DomainError `not_found` */
export async function federationOfProvider(authority: Authority, id: string): Promise<string> {
  const federationId = await authority.store.read(SYSTEM, (tx) => findFederationOfProvider(tx, id))
  if (federationId === undefined) throw providerNotFound(id)
  return federationId
}
