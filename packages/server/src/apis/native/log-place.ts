import { type Static, Type } from '@fastify/type-provider-typebox'
import { type Position, parsePosition } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import type { Follower } from '../../federation/cluster-credentials.ts'
import { refuseDiverged } from '../../federation/delivery/continuity.ts'
import { head } from '../../log/index.ts'

/** How long this node may take to reach a place that the primary has, in milliseconds. */
export const BUDGET = 2_000

/** A position, or a sequence of the present incarnation alone. */
const Place = Type.String({ pattern: '^([0-9a-f]{24}\\.[1-9][0-9]{0,14}\\.)?(0|[1-9][0-9]{0,14})$' })
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Version = Type.String({ pattern: '^[0-9a-f]{1,64}$' })
const closed = { additionalProperties: false } as const
export const FollowQuery = Type.Object(
  { after: Type.Optional(Place), digest: Type.Optional(Digest), view: Type.Optional(Version) },
  closed,
)
export type FollowQuery = Static<typeof FollowQuery>
export const SnapshotQuery = Type.Object(
  { after: Type.Optional(Place), digest: Type.Optional(Digest) },
  closed,
)

/**
 * The place that a follower is at, which the primary has been asked for: this node may be behind it.
 *
 * @throws DomainError `invalid_request`, `log_diverged`
 */
export async function placeAsked(
  authority: Authority,
  follower: Follower,
  { after, digest }: { readonly after?: string | undefined; readonly digest?: string | undefined },
): Promise<Position> {
  const log = follower.organizationId
  if (after === undefined) return { log, incarnation: 1, seq: 0 }
  const written = parsePosition(after)
  if (written !== undefined && written.log !== log)
    throw new DomainError('invalid_request', { '/after': 'must be a position of this log' })
  if (written === undefined && !/^(0|[1-9][0-9]{0,14})$/.test(after))
    throw new DomainError('invalid_request', { '/after': 'must be a position' })
  const position = written ?? {
    ...(await authority.store.read({ organizationId: log }, (tx) => head(tx))).position,
    seq: Number(after),
  }
  await refuseDiverged(authority, follower, digest === undefined ? { position } : { position, digest })
  return position
}

/** A snapshot is not older than what its follower knows; who knows nothing gets all there is when it asks. */
export function placeOfSnapshot(
  authority: Authority,
  follower: Follower,
  query: { readonly after?: string; readonly digest?: string },
): Promise<Position> {
  if (query.after !== undefined) return placeAsked(authority, follower, query)
  const { organizationId } = follower
  return authority.store.read({ organizationId }, async (tx) => (await head(tx)).position)
}
