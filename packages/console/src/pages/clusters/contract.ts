import type { Cluster, ClusterSettings } from '../../api/clusters.ts'

/** What a node does past its staleness, as a choice. */
export const WHEN_STALE = [
  { value: 'closed', label: 'Refuse everything (503)' },
  { value: 'introspect', label: 'Ask the authority' },
  { value: 'open', label: 'Accept, and say so' },
]

/** The same in the middle of a sentence. */
export const MEANS: Readonly<Record<string, string>> = {
  closed: 'refuses everything (503)',
  introspect: 'asks the authority',
  open: 'goes on accepting, and says so',
}

const USUAL_STALENESS = 10

/** A contract as it stands in the fields of a form: numbers as they are typed, a name with its spaces. */
export interface Draft {
  readonly name: string
  readonly class: string
  readonly apis: readonly string[]
  readonly identityProviders: readonly string[]
  readonly seconds: number | string
  readonly whenStale: string
  readonly library: string
  readonly cacheSeconds: number | string
}

export const NEW: Draft = {
  name: '',
  class: 'connected',
  apis: [],
  identityProviders: [],
  seconds: USUAL_STALENESS,
  whenStale: 'closed',
  library: 'jose',
  cacheSeconds: 600,
}

export function draftOf(cluster: Cluster): Draft {
  return {
    ...cluster,
    seconds: cluster.maxStaleness / 1_000,
    library: cluster.verifierProfile?.library ?? '',
    cacheSeconds: cluster.verifierProfile?.cacheSeconds ?? 0,
  }
}

export function settingsOf(draft: Draft): ClusterSettings {
  const { class: of, apis, identityProviders, whenStale } = draft
  const library = draft.library.trim()
  return {
    name: draft.name.trim(),
    class: of,
    apis,
    identityProviders,
    maxStaleness: Math.round(Number(draft.seconds) * 1_000),
    whenStale,
    ...(of === 'connected' || library === ''
      ? {}
      : { verifierProfile: { library, cacheSeconds: Number(draft.cacheSeconds) } }),
  }
}
