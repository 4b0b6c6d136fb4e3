import type { Static } from 'typebox'
import type { AccessEntry } from '../../directory/access-lists.ts'
import { readNetwork } from '../../directory/networks.ts'
import type { Networks } from './bodies.ts'
import { refusal } from './errors/refusal.ts'
import { atlasTime, selfLink } from './pages.ts'

/** The networks that a body lists. @throws AtlasRefusal where an entry has none */
export function networksIn(body: Static<typeof Networks>): string[] {
  return body.map(({ cidrBlock, ipAddress }) => {
    // A client that shows an entry back to us sends both; the wider says all of it.
    const network = cidrBlock || ipAddress
    if (!network) throw refusal('MISSING_ATTRIBUTE', 'ipAddress')
    if (readNetwork(network) === undefined)
      throw refusal('INVALID_ATTRIBUTE', cidrBlock ? 'cidrBlock' : 'ipAddress')
    return network
  })
}

/** An entry of a service account's list. */
export function accountEntryShown({
  network,
  createdAt,
  requests,
  lastUsedAt,
  lastUsedAddress,
}: AccessEntry) {
  return {
    cidrBlock: network,
    createdAt: atlasTime(createdAt),
    ipAddress: readNetwork(network)?.address ?? null,
    lastUsedAddress,
    lastUsedAt: lastUsedAt === null ? null : atlasTime(lastUsedAt),
    requestCount: requests,
  }
}

/** An entry of an API key's list. @param path the list's, below the prefix of the dialect */
export function keyEntryShown(
  { network, createdAt, requests, lastUsedAt, lastUsedAddress }: AccessEntry,
  publicUrl: string,
  path: string,
) {
  const address = readNetwork(network)?.address
  return {
    cidrBlock: network,
    count: requests,
    created: atlasTime(createdAt),
    ...(address !== undefined && { ipAddress: address }),
    ...(lastUsedAt !== null && { lastUsed: atlasTime(lastUsedAt) }),
    ...(lastUsedAddress !== null && { lastUsedAddress }),
    links: selfLink(publicUrl, `${path}/${encodeURIComponent(address ?? network)}`),
  }
}
