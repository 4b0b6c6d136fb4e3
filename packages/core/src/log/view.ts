import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from './canonical-json.ts'
import type { Entry } from './entry.ts'
import { type IndexEntry, toIndexEntry } from './index-entry.ts'
import type { ArtefactClass } from './kinds.ts'

/** What a follower may learn of the log, because its cluster relies on it. */
export interface View {
  /** The classes that it judges; a verifier only knows access tokens. */
  readonly classes: readonly ArtefactClass[]
  /** Issuers (`iss`) of ours. */
  readonly issuers: readonly string[]
  /** APIs, by audience. */
  readonly resources: readonly string[]
  /** Identity providers, by issuer. */
  readonly providers: readonly string[]
}

/**
 * Names a view by its content, so that every authority node gives the same view the same version, and a changed
 * one another. A follower whose view changed needs a new snapshot before it is fresh.
 */
export function viewVersion(view: View): string {
  const sorted = {
    classes: [...view.classes].sort(),
    issuers: [...view.issuers].sort(),
    resources: [...view.resources].sort(),
    providers: [...view.providers].sort(),
  }
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(sorted)))).slice(0, 32)
}

/** The version of the whole log, which the authority itself reads. */
export const WHOLE_LOG = 'whole'

/**
 * An entry as a follower may see it: kind, subject, position and what the index needs; never actor, reason,
 * cause or the keys of a client. Cutoffs of users, clients, sessions, grants and organizations go to every
 * follower, since any of its tokens may be theirs; what names an issuer, an API or a provider only goes to those
 * that rely on it. A revoked key goes to all by its bare thumbprint, because what was derived from it names it.
 *
 * @returns `undefined` when the entry does not concern the view: the frame's range covers it all the same
 */
export function viewOf(entry: Entry, view: View): IndexEntry | undefined {
  const known = toIndexEntry(entry)
  return known === undefined ? undefined : narrow(known, view)
}

function narrow(entry: IndexEntry, view: View): IndexEntry | undefined {
  const onlyIf = (concerned: boolean) => (concerned ? entry : undefined)
  switch (entry.kind) {
    case 'token.revoked': {
      const { issuer } = entry.subject
      if (issuer !== undefined) return view.providers.includes(issuer) ? { ...entry, data: {} } : undefined
      const { class: of, resources } = entry.data
      if (of !== undefined && !view.classes.includes(of)) return undefined
      if (resources !== undefined && !resources.some((one) => view.resources.includes(one))) return undefined
      return { ...entry, data: of === undefined ? {} : { class: of } }
    }
    case 'session.ended':
      return onlyIf(view.classes.includes('session'))
    case 'user.revoked': {
      if (isStranger(entry.subject.issuer, view)) return undefined
      const identities = entry.data.identities?.filter(({ issuer }) => view.providers.includes(issuer)) ?? []
      const foreign = identities.length > 0 || entry.subject.issuer !== undefined
      const { notAfter } = entry.data
      const data = {
        ...(identities.length > 0 ? { identities } : {}),
        ...(foreign && notAfter !== undefined ? { notAfter } : {}),
      }
      return { ...entry, data }
    }
    case 'user.blocked':
    case 'user.unblocked': {
      if (isStranger(entry.subject.issuer, view)) return undefined
      const identities = entry.data.identities?.filter(({ issuer }) => view.providers.includes(issuer)) ?? []
      return { ...entry, data: identities.length > 0 ? { identities } : {} }
    }
    case 'refresh.revoked':
      return onlyIf(entry.subject.issuer === undefined || view.issuers.includes(entry.subject.issuer))
    case 'resource.revoked':
    case 'resource.blocked':
    case 'resource.unblocked':
      return onlyIf(view.resources.includes(entry.subject.resource))
    case 'issuer.revoked':
      return onlyIf([...view.issuers, ...view.providers].includes(entry.subject.issuer))
    case 'key.published':
    case 'key.activated':
    case 'key.retired':
      return onlyIf(entry.subject.issuer !== undefined && view.issuers.includes(entry.subject.issuer))
    case 'idp_jwks.refreshed':
    case 'identity_provider.trusted':
    case 'identity_provider.distrusted':
      return onlyIf(view.providers.includes(entry.subject.issuer))
    case 'idp_jwks.revoked': {
      if (view.providers.includes(entry.subject.issuer)) return entry
      // Tokens of ours that came of a sign-in through the provider are void; its keys are nobody's business here.
      const { epoch, notAfter } = entry.data
      return entry.subject.identity_provider === undefined
        ? undefined
        : { ...entry, data: { epoch, notAfter } }
    }
    case 'index.floor':
      return onlyIf(view.classes.includes(entry.data.class))
    case 'grant.revoked':
    case 'session.revoked':
    case 'client.revoked':
    case 'client.blocked':
    case 'client.unblocked':
    case 'user_client.revoked':
    case 'organization.revoked':
    case 'key.revoked':
      return entry
  }
}

function isStranger(issuer: string | undefined, view: View): boolean {
  return issuer !== undefined && !view.providers.includes(issuer)
}
