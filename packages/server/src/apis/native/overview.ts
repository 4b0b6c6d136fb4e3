import { type Static, Type } from '@fastify/type-provider-typebox'
import { formatPosition } from '@rescind/core/log'
import type { Actor, Authority } from '../../authority/index.ts'
import { whatNeedsAttention } from '../../federation/attention.ts'
import { clusterOverviews } from '../../federation/cluster-overview.ts'
import { signingOverview } from '../../keys/signing-overview.ts'
import { head } from '../../log/index.ts'
import { effectsOf } from '../../revocation/effect/effects.ts'
import { revocationsPage } from '../../revocation/revocations.ts'
import { listLogouts } from '../../store/queries/logout-deliveries.ts'
import { liveCounts } from '../../tokens/live-counts.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'
import { Revocation, representRevocations } from './revocations.ts'
import { Time, timeOrNull, timeText } from './times.ts'

/** Milliseconds for which an overview is given out again: everybody who looks at one asks every few seconds. */
const KEPT = 1_000
const MOST_KEPT = 1_000
const RECENT = 10

const Nullable = Type.Union([Type.String(), Type.Null()])
const Count = { count: Type.Integer(), exact: Type.Boolean() }
const Overview = Type.Object({
  position: Type.String(),
  at: Type.String(),
  keys: Type.Object({
    next: Type.Integer(),
    active: Type.Integer(),
    retired: Type.Integer(),
    revoked: Type.Integer(),
  }),
  signing: Type.Array(
    Type.Object({
      authorizationServerId: Type.String(),
      name: Nullable,
      issuer: Type.String(),
      rotationMode: Type.String(),
      activeKid: Nullable,
      activeSince: Time,
      nextRotation: Time,
    }),
  ),
  /** Tokens that have not expired. */
  tokens: Type.Object({
    live: Type.Object(Count),
    byApi: Type.Array(Type.Object({ api: Type.String(), name: Type.String(), ...Count })),
  }),
  users: Type.Object(Count),
  applications: Type.Object(Count),
  revocations: Type.Array(Revocation),
  clusters: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      class: Type.String(),
      nodes: Type.Integer(),
      fresh: Type.Integer(),
      lapsed: Type.Integer(),
      behind: Type.Integer(),
      lag: Type.Union([Type.Integer(), Type.Null()]),
    }),
  ),
  attention: Type.Array(Type.Object({ code: Type.String(), about: Type.String(), id: Type.String() })),
})

/** `GET /overview`: how the organization is, at a cost that does not grow with it. Readers and administrators. */
export function overview(app: NativeApp, authority: Authority): void {
  const kept = new Map<string, { readonly at: number; readonly overview: Promise<Static<typeof Overview>> }>()
  app.get('/overview', { schema: { response: { 200: Overview, ...RESPONSES } } }, (request) => {
    const actor = readerOf(actorOf(request))
    const now = authority.clock.now()
    const known = kept.get(actor.organizationId)
    if (known !== undefined && now - known.at < KEPT && now >= known.at) return known.overview
    if (kept.size >= MOST_KEPT) kept.clear()
    const made = gather(authority, actor)
    kept.set(actor.organizationId, { at: now, overview: made })
    made.catch(() => kept.delete(actor.organizationId))
    return made
  })
}

async function gather(authority: Authority, actor: Actor): Promise<Static<typeof Overview>> {
  const { organizationId: log } = actor
  const [{ position }, signing, counts, recent, clusters, undelivered] = await Promise.all([
    authority.store.read({ organizationId: log }, (tx) => head(tx)),
    signingOverview(authority, actor),
    liveCounts(authority, actor),
    revocationsPage(authority, actor, RECENT),
    clusterOverviews(authority, actor),
    authority.store.read({ organizationId: log }, (tx) => listLogouts(tx, RECENT)),
  ])
  const effects = await effectsOf(authority, actor, recent)
  const now = authority.clock.now()
  const parked = undelivered
    .filter(({ parked_at }) => parked_at !== null)
    .map(({ client_id }) => ({ client: client_id }))
  return {
    position: formatPosition(position),
    at: timeText(now),
    keys: {
      next: signing.keys.NEXT,
      active: signing.keys.ACTIVE,
      retired: signing.keys.EXPIRED,
      revoked: signing.keys.REVOKED,
    },
    signing: signing.issuers.map(({ issuerId, activeSince, nextRotation, ...issuer }) => ({
      authorizationServerId: issuerId,
      ...issuer,
      activeSince: timeOrNull(activeSince),
      nextRotation: timeOrNull(nextRotation),
    })),
    tokens: { live: counts.tokens, byApi: [...counts.byApi] },
    users: counts.users,
    applications: counts.applications,
    revocations: await representRevocations(authority, actor, recent, effects),
    clusters,
    attention: whatNeedsAttention(signing.issuers, clusters, parked, now),
  }
}
