import { refusal } from './errors/refusal.ts'
import { pageOf } from './pages.ts'
import { anybody } from './permissions.ts'
import { RATE_GROUPS, type RateGroup, REFILL_SECONDS, type TokenBuckets } from './rate-limits.ts'
import type { AtlasRoutes, RegisteredPlace } from './route.ts'

const common = {
  versions: ['2025-03-12'],
  limit: RATE_GROUPS.everythingElse,
  permission: anybody,
} as const
const SETS: readonly RateGroup[] = Object.values(RATE_GROUPS)

/** `/rateLimits`: the limits, and what each of them is of. Register last: it lists what was registered before. */
export function rateLimitSets(
  atlas: AtlasRoutes,
  buckets: TokenBuckets,
  places: readonly RegisteredPlace[],
): void {
  atlas.route('GET /rateLimits', {
    ...common,
    async run({ values }) {
      const names = values.get('name')
      const paths = values.get('endpointPath')
      return SETS.filter(({ name }) => names?.includes(name) ?? true).filter(
        (set) => paths === undefined || endpointsOf(set, places).some(({ path }) => paths.includes(path)),
      )
    },
    answer: (sets, call) => pageOf(call, sets, (set) => setShown(set, buckets, places)),
  })

  atlas.route('GET /rateLimits/{endpointSetId}', {
    ...common,
    async run({ params: { endpointSetId = '' } }) {
      const set = SETS.find(({ id }) => id === endpointSetId)
      if (set !== undefined) return set
      throw refusal('RESOURCE_NOT_FOUND', `Endpoint set with id ${endpointSetId.slice(0, 64)}`)
    },
    answer: (set) => setShown(set, buckets, places),
  })
}

function endpointsOf(set: RateGroup, places: readonly RegisteredPlace[]) {
  return places
    .filter(({ limit }) => limit.id === set.id)
    .map(({ method, path }) => ({ method, path: `/api/atlas/v2${path}` }))
}

function setShown(set: RateGroup, buckets: TokenBuckets, places: readonly RegisteredPlace[]) {
  const { capacity, refill } = buckets.limitsOf(set)
  return {
    capacity: { defaultValue: set.capacity, value: capacity },
    endpointSetId: set.id,
    endpointSetName: set.name,
    endpoints: endpointsOf(set, places),
    refillDurationSeconds: { defaultValue: REFILL_SECONDS, value: REFILL_SECONDS },
    refillRate: { defaultValue: set.refill, value: refill },
    scope: set.scope,
  }
}
