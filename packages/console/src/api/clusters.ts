import { queryOptions } from '@tanstack/react-query'
import { ask, command, native } from './http.ts'
import { list, nullable, number, type Of, object, optional, pageOf, text } from './shape.ts'

const Profile = object({ library: text, cacheSeconds: number })

export const Cluster = object({
  id: text,
  name: text,
  class: text,
  apis: list(text),
  identityProviders: optional(list(text), []),
  maxStaleness: number,
  whenStale: text,
  verifierProfile: nullable(Profile),
  createdAt: nullable(text),
  updatedAt: nullable(text),
})
export type Cluster = Of<typeof Cluster>

export const ClusterNode = object({
  id: text,
  name: optional(text, ''),
  state: text,
  position: nullable(text),
  lag: nullable(number),
  acknowledgedAt: nullable(text),
  leaseUntil: nullable(text),
  registeredAt: nullable(text),
})
export type ClusterNode = Of<typeof ClusterNode>

export const clustersPath = native('clusters')

export const clusterQuery = (id: string) =>
  queryOptions({
    queryKey: ['clusters', 'one', id],
    queryFn: ({ signal }) => ask(native('clusters', id), Cluster, { signal }),
  })

export const nodesQuery = (id: string) =>
  queryOptions({
    queryKey: ['clusters', 'nodes', id],
    queryFn: ({ signal }) =>
      ask(native('clusters', id, 'nodes'), pageOf(ClusterNode), { signal, idle: true }),
    refetchInterval: 2_000,
    staleTime: 0,
  })

export interface ClusterSettings {
  readonly name: string
  readonly class: string
  readonly apis: readonly string[]
  readonly identityProviders: readonly string[]
  readonly maxStaleness: number
  readonly whenStale: string
  readonly verifierProfile?: { readonly library: string; readonly cacheSeconds: number }
}

export const createCluster = (body: ClusterSettings) => ask(clustersPath, Cluster, { method: 'POST', body })
export const replaceCluster = (id: string, body: ClusterSettings) =>
  ask(native('clusters', id), Cluster, { method: 'PUT', body })
export const deleteCluster = (id: string) => command(native('clusters', id), { method: 'DELETE' })

const Credential = object({ id: text, credential: text, createdAt: text })

/** Makes a credential; it is shown this once. */
export const createCredential = (id: string) =>
  ask(native('clusters', id, 'credentials'), Credential, { method: 'POST' })
