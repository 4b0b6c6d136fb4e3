/** Clusters: verifiers that stand together, trust the same APIs and live by the same contract of freshness. */
export interface Clusters {
  organization_id: string
  /** `cls…` */
  id: string
  name: string
  class: 'connected' | 'standard' | 'unmanaged'
  /** JSON: an array of `{name, resource}`, the API as it was given and by its identifier. */
  apis: string
  /** JSON: an array of the issuers of identity providers. */
  identity_providers: string
  /** Milliseconds. */
  max_staleness: number
  when_stale: 'closed' | 'introspect' | 'open'
  /** JSON: `{library, cacheSeconds}`, or null. */
  verifier_profile: string | null
  created_at: number
  updated_at: number
}

/** What the verifiers of a cluster show to read the log. */
export interface ClusterCredentials {
  organization_id: string
  /** `clc…` */
  id: string
  cluster_id: string
  /** SHA-256 of the value, lower-case hexadecimal; unique in the installation. */
  credential_hash: string
  created_at: number
}

/** One process of a verifier. Its id is the authority's to give, and proved by a token. */
export interface ClusterNodes {
  organization_id: string
  /** `nod…` */
  id: string
  cluster_id: string
  name: string
  /** SHA-256 of the value, lower-case hexadecimal; unique in the installation. */
  token_hash: string
  created_at: number
}

/** What a node acknowledged last, and until when it may rely on it. Recorded before it is granted. */
export interface NodeLeases {
  organization_id: string
  node_id: string
  cluster_id: string
  incarnation: number
  seq: number
  acknowledged_at: number
  lease_until: number
  /** The cluster's contract when the lease was granted. */
  max_staleness: number
  when_stale: 'closed' | 'introspect' | 'open'
}
