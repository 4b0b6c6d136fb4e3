import { queryOptions } from '@tanstack/react-query'
import { ask, native } from './http.ts'
import { flag, list, nullable, number, type Of, object, optional, pageOf, text } from './shape.ts'

const Federation = object({
  id: text,
  createdAt: text,
  domains: list(object({ name: text, status: text })),
  /** The ids of the connected organizations. */
  organizations: list(text),
})
export type Federation = Of<typeof Federation>

export const federationsQuery = queryOptions({
  queryKey: ['federation', 'federations'],
  queryFn: ({ signal }) => federations(signal),
})

/** None, or the one that the organization is connected to. */
async function federations(signal?: AbortSignal): Promise<readonly Federation[]> {
  const { items } = await ask(native('federations'), pageOf(Federation), { signal })
  return items
}

export const IdentityProvider = object({
  id: text,
  protocol: text,
  idpType: text,
  displayName: text,
  description: nullable(text),
  issuerUri: text,
  audience: nullable(text),
  organizations: list(text),
})
export type IdentityProvider = Of<typeof IdentityProvider>

/** Those of the federation that the organization is connected to. */
export async function identityProviders(signal?: AbortSignal): Promise<readonly IdentityProvider[]> {
  const pages = await Promise.all(
    (await federations(signal)).map(({ id }) =>
      ask(native('federations', id, 'identity-providers'), pageOf(IdentityProvider), { signal }),
    ),
  )
  return pages.flatMap(({ items }) => items)
}

export const providersQuery = queryOptions({
  queryKey: ['federation', 'providers'],
  queryFn: ({ signal }) => identityProviders(signal),
})

const ProviderKey = object({
  kid: nullable(text),
  thumbprint: text,
  state: text,
  firstSeenAt: text,
  lastSeenAt: text,
})
export type ProviderKey = Of<typeof ProviderKey>

const Health = object({
  jwksUri: nullable(text),
  outcome: text,
  failures: optional(number, 0),
  trusted: flag,
  alarms: list(text),
  lastFetchAt: nullable(text),
  lastSuccessAt: nullable(text),
  lastChangeAt: nullable(text),
  lastRevocationAt: nullable(text),
  nextFetchAt: nullable(text),
  keys: list(ProviderKey),
})
export type Health = Of<typeof Health>

/** How the keys of an OpenID provider come in. */
export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: ['federation', 'health', id],
    queryFn: ({ signal }) => ask(native('identity-providers', id, 'health'), Health, { signal, idle: true }),
    refetchInterval: 10_000,
  })

const Connected = object({
  organizationId: text,
  identityProvider: nullable(text),
  identityProviders: list(text),
  connectedAt: text,
})

export const connectedQuery = (federationId: string) =>
  queryOptions({
    queryKey: ['federation', 'organizations', federationId],
    queryFn: ({ signal }) =>
      ask(native('federations', federationId, 'organizations'), pageOf(Connected), { signal }),
  })
