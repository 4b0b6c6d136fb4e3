import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../errors/index.ts'
import type { Clusters } from '../store/tables/clusters.ts'

/** Connected: reads the log. Standard: introspects, or reads a status list. Unmanaged: polls published keys only. */
export const CLUSTER_CLASSES = ['connected', 'standard', 'unmanaged'] as const
export type ClusterClass = (typeof CLUSTER_CLASSES)[number]

/** What a verifier does past its staleness: refuse, ask by introspection, or accept and say so. */
export const WHEN_STALE = ['closed', 'introspect', 'open'] as const
export type WhenStale = (typeof WHEN_STALE)[number]

/** Milliseconds. */
export const MAX_STALENESS = { shortest: 100, usual: 10_000, longest: 86_400_000 } as const

/** What verifiers that are not ours do: the exposure of a revocation is computed from it. */
export interface VerifierProfile {
  readonly library: string
  /** How long it goes on using keys that it has fetched. */
  readonly cacheSeconds: number
}

/** An API that a cluster relies on: as whoever registered the cluster called it, and by its identifier. */
export interface ClusterApi {
  readonly name: string
  /** Kept with the cluster, so that the revocation of an API that is deleted still reaches it. */
  readonly resource: string
}

/** Verifiers that stand together and live by one contract. Times are milliseconds. */
export interface Cluster {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly class: ClusterClass
  readonly apis: readonly ClusterApi[]
  /** Issuers of the identity providers whose tokens it accepts. */
  readonly identityProviders: readonly string[]
  readonly maxStaleness: number
  readonly whenStale: WhenStale
  readonly verifierProfile: VerifierProfile | undefined
  readonly createdAt: number
  readonly updatedAt: number
}

const apis = Compile(Type.Array(Type.Object({ name: Type.String(), resource: Type.String() })))
const providers = Compile(Type.Array(Type.String()))
const profile = Compile(Type.Object({ library: Type.String(), cacheSeconds: Type.Integer() }))

export function readCluster(row: Clusters): Cluster {
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: row.name,
    class: row.class,
    apis: apis.Parse(JSON.parse(row.apis)),
    identityProviders: providers.Parse(JSON.parse(row.identity_providers)),
    maxStaleness: row.max_staleness,
    whenStale: row.when_stale,
    verifierProfile:
      row.verifier_profile === null ? undefined : profile.Parse(JSON.parse(row.verifier_profile)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function clusterNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'cluster', id })
}
