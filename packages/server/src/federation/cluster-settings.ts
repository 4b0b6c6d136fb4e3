import { type Static, Type } from 'typebox'
import { CLUSTER_CLASSES, MAX_STALENESS, type VerifierProfile, WHEN_STALE } from './cluster.ts'
import type { ClusterSettings } from './clusters.ts'

const closed = { additionalProperties: false } as const
const Name = Type.String({ pattern: '^[^\\p{Cc}\\p{Bidi_Control}]{1,255}$' })
const Uri = Type.String({ pattern: '^https?://[\\x21-\\x7e]{1,1024}$' })

export const ProfileBody = Type.Object(
  { library: Name, cacheSeconds: Type.Integer({ minimum: 0, maximum: 31_536_000 }) },
  closed,
)

/** What somebody asks a cluster to be, by whichever interface. */
export const ClusterDraft = Type.Object(
  {
    name: Name,
    class: Type.Optional(Type.Enum(CLUSTER_CLASSES)),
    apis: Type.Optional(Type.Array(Type.String({ pattern: '^[\\x21-\\x7e]{1,1024}$' }), { maxItems: 1_000 })),
    identityProviders: Type.Optional(Type.Array(Uri, { maxItems: 100 })),
    maxStaleness: Type.Optional(
      Type.Integer({ minimum: MAX_STALENESS.shortest, maximum: MAX_STALENESS.longest }),
    ),
    whenStale: Type.Optional(Type.Enum(WHEN_STALE)),
    verifierProfile: Type.Optional(ProfileBody),
  },
  closed,
)

/** With its default wherever something is left out. */
export function clusterSettings(draft: Static<typeof ClusterDraft>): ClusterSettings {
  return {
    name: draft.name,
    class: draft.class ?? 'connected',
    apis: draft.apis ?? [],
    identityProviders: draft.identityProviders ?? [],
    maxStaleness: draft.maxStaleness ?? MAX_STALENESS.usual,
    whenStale: draft.whenStale ?? 'closed',
    verifierProfile: draft.verifierProfile satisfies VerifierProfile | undefined,
  }
}
