import type { Static } from 'typebox'
import type { ClusterDocument, EffectDocument, NodeDocument } from '../../revocation/effect/document.ts'
import { shown } from './command.ts'

type ClusterShown = Static<typeof ClusterDocument>
type NodeShown = Static<typeof NodeDocument>

/** Those that somebody may have to do something about come first. */
const ORDER = ['exposed', 'late', 'waiting', 'lease_ended', 'expired', 'acknowledged'] as const
const BAR = 20

/** Whether a node had no lease any more when the entry was written: it is told of, and nobody waited for it. */
export function wasSilentBefore({ state, at }: NodeShown, entryAt: number): boolean {
  return state === 'lease_ended' && at !== undefined && Date.parse(at) <= entryAt
}

/**
 * What an effect has come to, as lines for a terminal of so many rows and columns.
 *
 * @param entryAt when the entry was written: nodes that were silent before are one line
 */
export function effectLines(
  effect: EffectDocument,
  now: number,
  entryAt: number,
  rows = Number.POSITIVE_INFINITY,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const heads = effect.clusters.length + 1
  const perCluster = Math.max(1, Math.floor((rows - heads) / Math.max(1, effect.clusters.length)) - 1)
  return [
    ...effect.clusters.flatMap((cluster) => clusterLines(cluster, now, entryAt, perCluster)),
    summaryLine(effect),
  ].map((line) => (line.length > columns ? `${line.slice(0, Math.max(0, columns - 1))}…` : line))
}

function clusterLines(cluster: ClusterShown, now: number, entryAt: number, most: number): string[] {
  const { nodes } = cluster
  const done = nodes.filter(({ state }) => !['exposed', 'late', 'waiting'].includes(state)).length
  const name = shown(cluster.name) || cluster.id
  if (nodes.length === 0)
    return [
      `${name} (${cluster.class}${cluster.deleted ? ', deleted' : ''}): ${shown(cluster.exposure.text)}`,
    ]
  const full = Math.floor((done / nodes.length) * BAR)
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`
  const silent = nodes.filter((node) => wasSilentBefore(node, entryAt))
  const others = nodes.filter((node) => !wasSilentBefore(node, entryAt))
  const ordered = others.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
  const hidden = ordered.length - most
  return [
    `${name} (${cluster.class}${cluster.deleted ? ', deleted' : ''})  ${bar}  ${done} of ${nodes.length}`,
    ...ordered.slice(0, most).map((node) => `  ${nodeLine(node, now)}`),
    ...(hidden > 0 ? [`  … and ${hidden} more`] : []),
    ...(silent.length > 0 ? [`  … and ${silent.length} whose lease had ended before`] : []),
  ]
}

/** One node in one sentence. */
export function nodeLine(node: NodeShown, now: number): string {
  const name = shown(node.name) || node.id
  switch (node.state) {
    case 'acknowledged':
      return `${name}: acknowledged in ${node.milliseconds} ms`
    case 'waiting':
      return `${name}: waiting; its lease ends in ${untilSeconds(node.leaseEndsAt, now)}`
    case 'late':
      return `${name}: late; its lease ends in ${untilSeconds(node.leaseEndsAt, now)}`
    case 'lease_ended':
      return `${name}: silent since ${node.lastAcknowledgedAt}, its lease ended at ${node.at}: ${
        node.whenStale === 'introspect' ? 'it asks the authority' : 'it refuses'
      } by contract`
    case 'exposed':
      return `${name}: EXPOSED since ${node.since} until ${node.until ?? 'it acknowledges'}: it accepts when stale`
    case 'expired':
      return `${name}: never acknowledged; the tokens expired at ${node.at}`
  }
}

/** The whole in one sentence. */
export function summaryLine({ state, milliseconds, nodes, clusters }: EffectDocument): string {
  const { total, acknowledged, waiting, late, lease_ended: ended, exposed, expired } = nodes
  const parts = [
    `${acknowledged} of ${total} nodes acknowledged`,
    ...(ended > 0 ? [`${ended} with a lease that ended`] : []),
    ...(expired > 0 ? [`${expired} whose tokens expired`] : []),
    ...(waiting + late > 0 ? [`${waiting + late} waited for`] : []),
    ...(exposed > 0 ? [`${exposed} exposed`] : []),
  ]
  const outside = clusters.filter((one) => one.class !== 'connected' && one.state === 'exposed').length
  const rest = outside > 0 ? `; ${outside} cluster${outside > 1 ? 's' : ''} not connected and exposed` : ''
  if (state !== 'complete') return `in force at the authority; ${parts.join(', ')}${rest}`
  return `in effect after ${milliseconds} ms: ${parts.join(', ')}${rest}`
}

function untilSeconds(time: string | undefined, now: number): string {
  const left = time === undefined ? 0 : Date.parse(time) - now
  return `${(Math.max(0, left) / 1000).toFixed(1)} s`
}
