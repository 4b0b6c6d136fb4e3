import { queryOptions } from '@tanstack/react-query'
import { ask, native } from './http.ts'
import { anything, flag, list, nullable, number, type Of, object, optional, record, text } from './shape.ts'

export const TARGET_TYPES = [
  'token',
  'grant',
  'session',
  'user',
  'user_application',
  'application',
  'api',
  'key',
  'authorization_server',
  'identity_provider',
  'organization',
] as const
export type TargetType = (typeof TARGET_TYPES)[number]

/** What is revoked, as it is asked for. */
export type Target =
  | { readonly type: Exclude<TargetType, 'user_application' | 'identity_provider'>; readonly id: string }
  | { readonly type: 'identity_provider'; readonly id: string; readonly blockKids?: readonly string[] }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'user_application'; readonly user: string; readonly application: string }

export const REASONS = [
  ['compromised', 'Compromised'],
  ['left_organization', 'Left the organization'],
  ['policy', 'Policy'],
  ['superseded', 'Superseded'],
  ['requested', 'Requested'],
  ['test', 'Test or exercise'],
  ['unspecified', 'Not specified'],
] as const
export type Reason = (typeof REASONS)[number][0]

const Exposure = object({
  until: nullable(text),
  bound: optional(text, 'none'),
  text: optional(text, ''),
})
export type Exposure = Of<typeof Exposure>

const CLUSTER = {
  id: text,
  name: text,
  class: optional(text, 'connected'),
  contract: optional(object({ maxStaleness: number, whenStale: text }), { maxStaleness: 0, whenStale: '' }),
  exposure: optional(Exposure, { until: null, bound: 'none', text: '' }),
}
const ForeseenCluster = object({ ...CLUSTER, nodes: optional(number, 0) })
export type ForeseenCluster = Of<typeof ForeseenCluster>

export const Preview = object({
  target: optional(record(anything), {}),
  predicate: text,
  exact: optional(flag, true),
  tokens: number,
  users: number,
  sessions: number,
  byApplication: optional(list(object({ application: text, name: nullable(text), tokens: number })), []),
  byApi: optional(list(object({ api: nullable(text), name: nullable(text), tokens: number })), []),
  clusters: optional(list(ForeseenCluster), []),
  exposure: object({
    unmanagedUntil: nullable(text),
    byClass: optional(record(Exposure), {}),
    notStopped: optional(list(text), []),
  }),
  signsYouOut: optional(flag, false),
})
export type Preview = Of<typeof Preview>

export const previewQuery = (target: Target) =>
  queryOptions({
    queryKey: ['preview', target],
    queryFn: ({ signal }) =>
      ask(native('revocations', 'preview'), Preview, { method: 'POST', body: { target }, signal }),
    staleTime: 0,
    gcTime: 0,
  })

const NodeEffect = object({
  id: text,
  name: optional(text, ''),
  state: text,
  at: nullable(text),
  milliseconds: nullable(number),
  leaseEndsAt: nullable(text),
  since: nullable(text),
  until: nullable(text),
  lastAcknowledgedAt: nullable(text),
  whenStale: optional(text, ''),
})
export type NodeEffect = Of<typeof NodeEffect>

const ClusterEffect = object({
  ...CLUSTER,
  deleted: optional(flag, false),
  state: optional(text, 'in_force'),
  nodes: optional(list(NodeEffect), []),
})
export type ClusterEffect = Of<typeof ClusterEffect>

const SUMMARY = {
  state: optional(text, 'complete'),
  effectiveAt: nullable(text),
  milliseconds: nullable(number),
  nodes: optional(record(number), {}),
}
const EffectSummary = object(SUMMARY)
export type EffectSummary = Of<typeof EffectSummary>

const REVOCATION = {
  id: text,
  seq: number,
  position: text,
  target: record(anything),
  targetName: nullable(text),
  reason: text,
  note: nullable(text),
  cause: nullable(text),
  actor: object({ type: text, id: text, name: nullable(text) }),
  at: text,
  times: optional(number, 1),
}
export const Revocation = object({ ...REVOCATION, effect: EffectSummary })
export type Revocation = Of<typeof Revocation>

const RevocationInDetail = object({
  ...REVOCATION,
  effect: object({
    ...SUMMARY,
    clusters: optional(list(ClusterEffect), []),
    receipt: optional(flag, false),
  }),
})
export type RevocationInDetail = Of<typeof RevocationInDetail>

export const revocationsPath = native('revocations')

export const revocationQuery = (id: string) =>
  queryOptions({
    queryKey: ['revocations', 'one', id],
    queryFn: ({ signal }) => ask(native('revocations', id), RevocationInDetail, { signal, idle: true }),
  })

export interface Asked {
  readonly reason: Reason
  readonly note?: string
}

export const revoke = (target: Target, asked: Asked) =>
  ask(revocationsPath, Revocation, { method: 'POST', body: { target, ...asked } })

const Batch = object({
  revoked: number,
  alreadyRevoked: optional(number, 0),
  unknown: optional(list(text), []),
  position: nullable(text),
})
export type Batch = Of<typeof Batch>

/** As many as one transaction takes. */
export const MOST_IN_A_BATCH = 1000

/** Revokes single tokens by their ids, a thousand to a transaction. */
export async function revokeTokens(ids: readonly string[], asked: Asked): Promise<Batch> {
  let sum: Batch = { revoked: 0, alreadyRevoked: 0, unknown: [], position: null }
  for (let start = 0; start < ids.length; start += MOST_IN_A_BATCH) {
    const tokens = ids.slice(start, start + MOST_IN_A_BATCH)
    const done = await ask(native('revocations', 'batch'), Batch, {
      method: 'POST',
      body: { tokens, ...asked },
    })
    sum = {
      revoked: sum.revoked + done.revoked,
      alreadyRevoked: sum.alreadyRevoked + done.alreadyRevoked,
      unknown: [...sum.unknown, ...done.unknown],
      position: done.position ?? sum.position,
    }
  }
  return sum
}
