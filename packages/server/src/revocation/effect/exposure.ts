import type { Cluster } from '../../federation/cluster.ts'
import { driftMargin } from './on-node.ts'

/** How long the verifiers of a cluster may still accept what was revoked. */
export interface Exposure {
  /** Milliseconds since the epoch; null where it has no known end, or there is none. */
  readonly until: number | null
  /** `bounded`: until then at the latest. `none`: nothing to accept. `unbounded`: nobody knows until when. */
  readonly bound: 'none' | 'bounded' | 'unbounded'
  /** One sentence for people: who is not stopped, by what, until when. */
  readonly text: string
}

/** What is revoked, as far as exposure depends on it. */
export interface Exposed {
  /** When the entry was written, or now for one that is only thought of. */
  readonly at: number
  /** When the last of the tokens expires that the cluster might accept: null for none, `undefined` while not known. */
  readonly tokensUntil: number | null | undefined
  /** Whether the target is a key that signs for an issuer: then more can be forged, and the key's cache counts. */
  readonly isSigningKey: boolean
}

/**
 * The worst case by a cluster's class, contract and profile. What a verifier keeps in its cache of published keys
 * matters only where a key is revoked: for everything else the key is as good as before, and a verifier that asks
 * nobody accepts a token until it expires.
 */
export function exposureOf(cluster: Cluster, exposed: Exposed): Exposure {
  switch (cluster.class) {
    case 'connected':
      return connected(cluster, exposed)
    case 'standard':
      return standard(cluster, exposed)
    case 'unmanaged':
      return unmanaged(cluster, exposed)
  }
}

function connected({ whenStale, maxStaleness }: Cluster, exposed: Exposed): Exposure {
  if (whenStale === 'open')
    return untilExpiry(
      exposed,
      'Its nodes apply it in milliseconds; one that cannot be reached goes on accepting',
    )
  const then = whenStale === 'closed' ? 'refuses everything' : 'asks the authority'
  return capped(
    exposed,
    exposed.at + maxStaleness + driftMargin(maxStaleness),
    `Its nodes apply it in milliseconds; one that cannot be reached ${then}`,
  )
}

function standard({ verifierProfile }: Cluster, exposed: Exposed): Exposure {
  const seconds = verifierProfile?.cacheSeconds ?? 0
  if (seconds === 0)
    return { until: null, bound: 'none', text: 'It asks the authority, which refuses from now on.' }
  return capped(
    exposed,
    exposed.at + seconds * 1000,
    `${verifierProfile?.library} goes on using what it was answered for ${seconds} s, then it is refused`,
  )
}

function unmanaged({ verifierProfile }: Cluster, exposed: Exposed): Exposure {
  if (!exposed.isSigningKey)
    return untilExpiry(exposed, 'It asks nobody and goes on accepting: only expiry stops these tokens')
  if (verifierProfile === undefined)
    return untilExpiry(
      exposed,
      'It goes on trusting the key for as long as it caches it, which nobody has stated, and forgeries with it',
    )
  const { library, cacheSeconds } = verifierProfile
  const forgeries = at(exposed.at + cacheSeconds * 1000)
  return capped(
    exposed,
    exposed.at + cacheSeconds * 1000,
    `${library} trusts the key until its cache ends (${forgeries}), and forgeries with it; for tokens that were issued`,
  )
}

/** Not later than `latest`, nor than the tokens live. */
function capped(exposed: Exposed, latest: number, text: string): Exposure {
  const { tokensUntil } = exposed
  if (tokensUntil === null || (tokensUntil ?? latest) <= exposed.at) return nothing(text)
  const until = Math.min(latest, tokensUntil ?? latest)
  return { until, bound: 'bounded', text: `${text}: ${at(until)} at the latest.` }
}

function untilExpiry(exposed: Exposed, text: string): Exposure {
  const { tokensUntil } = exposed
  if (tokensUntil === undefined)
    return { until: null, bound: 'unbounded', text: `${text}; until when is not known yet.` }
  if (tokensUntil === null || tokensUntil <= exposed.at) return nothing(text)
  return { until: tokensUntil, bound: 'bounded', text: `${text}: ${at(tokensUntil)} at the latest.` }
}

function nothing(text: string): Exposure {
  return { until: null, bound: 'none', text: `${text}. No token is live that it might accept.` }
}

function at(time: number): string {
  return new Date(time).toISOString()
}
