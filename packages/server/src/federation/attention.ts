import type { IssuerSigning } from '../keys/signing-overview.ts'
import type { ClusterOverview } from './cluster-overview.ts'

/** What somebody should look at, as a code with what it is about. */
export interface Attention {
  readonly code:
    | 'key_rotation_overdue'
    | 'key_rotation_soon'
    | 'cluster_without_nodes'
    | 'cluster_silent'
    | 'cluster_behind'
    | 'logout_undelivered'
  /** The name of what it is about. */
  readonly about: string
  readonly id: string
}

const WEEK = 7 * 86_400_000

/** @param now milliseconds since the epoch */
export function whatNeedsAttention(
  issuers: readonly IssuerSigning[],
  clusters: readonly ClusterOverview[],
  undelivered: readonly { readonly client: string }[],
  now: number,
): Attention[] {
  const found: Attention[] = []
  for (const { issuerId: id, issuer, name, nextRotation, rotationMode } of issuers) {
    if (nextRotation === null || rotationMode !== 'AUTO' || nextRotation > now + WEEK) continue
    const code = nextRotation <= now ? 'key_rotation_overdue' : 'key_rotation_soon'
    found.push({ code, about: name ?? issuer, id })
  }
  for (const { id, name, class: of, nodes, fresh, behind } of clusters) {
    if (of !== 'connected') continue
    if (nodes === 0) found.push({ code: 'cluster_without_nodes', about: name, id })
    else if (fresh === 0) found.push({ code: 'cluster_silent', about: name, id })
    else if (behind > 0) found.push({ code: 'cluster_behind', about: name, id })
  }
  for (const { client } of undelivered) found.push({ code: 'logout_undelivered', about: client, id: client })
  return found
}
