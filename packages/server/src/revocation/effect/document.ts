import { type Static, Type } from 'typebox'
import { CLUSTER_CLASSES, WHEN_STALE } from '../../federation/cluster.ts'
import type { ClusterEffect, Effect, NodeCounts, NodeOfEffect } from './effect.ts'
import type { Exposure } from './exposure.ts'

const Time = Type.String()
const Maybe = Type.Union([Type.String(), Type.Null()])
const MaybeCount = Type.Union([Type.Integer(), Type.Null()])

/** An effect as it is told to others: in answers of the API, in frames of progress, in receipts. */
export const NodeDocument = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Enum(['acknowledged', 'waiting', 'late', 'lease_ended', 'exposed', 'expired']),
  /** acknowledged: when the authority heard so. lease_ended: since when it refuses or asks. expired: the tokens. */
  at: Type.Optional(Time),
  /** acknowledged: from when the entry was written. */
  milliseconds: Type.Optional(Type.Integer()),
  /** waiting, late. */
  leaseEndsAt: Type.Optional(Time),
  /** exposed: from when, and until when at the latest; null for nobody knows. */
  since: Type.Optional(Time),
  until: Type.Optional(Maybe),
  /** Its last acknowledgement, whatever that was of. */
  lastAcknowledgedAt: Time,
  whenStale: Type.Enum(WHEN_STALE),
})

export const ExposureDocument = Type.Object({
  /** Null where there is none, or no known end. */
  until: Maybe,
  bound: Type.Enum(['none', 'bounded', 'unbounded']),
  text: Type.String(),
})

export const CountsDocument = Type.Object({
  total: Type.Integer(),
  acknowledged: Type.Integer(),
  waiting: Type.Integer(),
  late: Type.Integer(),
  lease_ended: Type.Integer(),
  exposed: Type.Integer(),
  expired: Type.Integer(),
})

export const ClusterDocument = Type.Object({
  id: Type.String(),
  name: Type.String(),
  class: Type.Enum(CLUSTER_CLASSES),
  deleted: Type.Boolean(),
  contract: Type.Object({ maxStaleness: Type.Integer(), whenStale: Type.Enum(WHEN_STALE) }),
  verifierProfile: Type.Union([
    Type.Object({ library: Type.String(), cacheSeconds: Type.Integer() }),
    Type.Null(),
  ]),
  state: Type.Enum(['in_force', 'waiting', 'exposed']),
  nodes: Type.Array(NodeDocument),
  exposure: ExposureDocument,
})

const SUMMARY = {
  state: Type.Enum(['waiting', 'exposed', 'complete']),
  effectiveAt: Maybe,
  milliseconds: MaybeCount,
  nodes: CountsDocument,
}
export const EffectSummary = Type.Object(SUMMARY)
export type EffectSummary = Static<typeof EffectSummary>
export const EffectDocument = Type.Object({ ...SUMMARY, clusters: Type.Array(ClusterDocument) })
export type EffectDocument = Static<typeof EffectDocument>

/** A frame of progress. */
export const ProgressDocument = Type.Object({
  /** Names what is told: the `after` of the next question, and the `id` of a server-sent event. */
  version: Type.String(),
  id: Type.String(),
  position: Type.String(),
  /** When the entry was written: milliseconds count from there. */
  at: Type.String(),
  effect: EffectDocument,
  /** The receipt is written, and nothing more will be told. */
  complete: Type.Boolean(),
})
export type ProgressDocument = Static<typeof ProgressDocument>

export function documentOf(effect: Effect): EffectDocument {
  return { ...summaryOf(effect), clusters: effect.clusters.map(clusterDocument) }
}

export function summaryOf({ state, effectiveAt, milliseconds, nodes }: Effect): EffectSummary {
  return {
    state,
    effectiveAt: effectiveAt === null ? null : timeOf(effectiveAt),
    milliseconds,
    nodes: countsDocument(nodes),
  }
}

export function countsDocument(counts: NodeCounts): Static<typeof CountsDocument> {
  const { total, acknowledged, waiting, late, lease_ended, exposed, expired } = counts
  return { total, acknowledged, waiting, late, lease_ended, exposed, expired }
}

export function exposureDocument({ until, bound, text }: Exposure): Static<typeof ExposureDocument> {
  return { until: until === null ? null : timeOf(until), bound, text }
}

function clusterDocument({
  cluster,
  deleted,
  state,
  nodes,
  exposure,
}: ClusterEffect): Static<typeof ClusterDocument> {
  const { id, name, class: of, maxStaleness, whenStale, verifierProfile } = cluster
  return {
    id,
    name,
    class: of,
    deleted,
    contract: { maxStaleness, whenStale },
    verifierProfile: verifierProfile ?? null,
    state,
    nodes: nodes.map(nodeDocument),
    exposure: exposureDocument(exposure),
  }
}

function nodeDocument({ node, effect }: NodeOfEffect): Static<typeof NodeDocument> {
  const { id, name, lease } = node
  const { acknowledgedAt, whenStale } = lease
  return {
    id,
    name,
    ...stateMembers(effect),
    lastAcknowledgedAt: timeOf(acknowledgedAt),
    whenStale,
  }
}

function stateMembers(effect: NodeOfEffect['effect']) {
  const { state } = effect
  switch (effect.state) {
    case 'acknowledged':
      return { state, at: timeOf(effect.at), milliseconds: effect.milliseconds }
    case 'waiting':
    case 'late':
      return { state, leaseEndsAt: timeOf(effect.leaseEndsAt) }
    case 'lease_ended':
    case 'expired':
      return { state, at: timeOf(effect.at) }
    case 'exposed':
      return {
        state,
        since: timeOf(effect.since),
        until: effect.until === null ? null : timeOf(effect.until),
      }
  }
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}
