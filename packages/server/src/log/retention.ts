import { type EntryContent, isIndexed } from '@rescind/core/log'
import type { Retention } from '../store/index.ts'

/** Kinds that the index needs for ever: registers and blocked keys do not expire, nor do floors. */
const FOR_EVER = /^(key|idp_jwks|identity_provider|index)\.|\.(un)?blocked$/

/**
 * How long the index needs an entry. A cutoff of our own tokens is of no use once every token before it has
 * expired, which a floor states; what concerns foreign tokens is never compacted by time, because their issuer's
 * word on lifetimes is not ours to rely on.
 */
export function retentionOf(content: EntryContent): Retention {
  if (!isIndexed(content.kind)) return 'record'
  return FOR_EVER.test(content.kind) || isForeign(content) ? 'always' : 'floor'
}

function isForeign({ kind, subject, data }: EntryContent): boolean {
  if (data !== undefined && ('notAfter' in data || 'identities' in data)) return true
  // `issuer` makes a user or a token another issuer's; in the other kinds it is an authorization server of ours.
  return (kind === 'user.revoked' || kind === 'token.revoked') && 'issuer' in subject
}
