import type { ArtefactClass, EntryContent } from '@rescind/core/log'
import { organizationTargetKey, userTargetKey } from '../store/queries/revocations.ts'

/**
 * What may be revoked, as it was resolved: identifiers of objects that exist in this organization. `client` is the
 * client id, `resource` an API's identifier, `issuer` an `iss`, `key` an RFC 7638 thumbprint.
 */
export type Target =
  | {
      readonly type: 'token'
      readonly token: string
      readonly class: ArtefactClass
      readonly expires: number
    }
  | { readonly type: 'grant'; readonly grant: string; readonly expires: number }
  | { readonly type: 'session'; readonly session: string; readonly expires: number }
  | { readonly type: 'user'; readonly user: string }
  | { readonly type: 'application'; readonly client: string }
  | { readonly type: 'user_application'; readonly user: string; readonly client: string }
  | { readonly type: 'api'; readonly resource: string }
  | { readonly type: 'authorization_server'; readonly issuer: string }
  | { readonly type: 'key'; readonly key: string; readonly issuer?: string; readonly client?: string }
  | { readonly type: 'organization'; readonly organization: string }
  | ProviderTarget

/** The keys of an identity provider of the organization's federation, and all that came of sign-ins through it. */
export interface ProviderTarget {
  readonly type: 'identity_provider'
  readonly identity_provider: string
  readonly issuer: string
  /**
   * The ids of all providers that had the issuer then, and so the keys: sign-ins through each of them end. Absent where it
   * was not written down yet.
   */
  readonly providers?: string[]
}

/**
 * The refresh tokens of a client, at one user or from one issuer, with the access tokens that came with them; what
 * carries no grant stays good.
 */
export type RefreshTarget =
  | { readonly type: 'refresh'; readonly client: string; readonly user?: string }
  | { readonly type: 'refresh'; readonly client: string; readonly issuer: string }

/** All that an entry can revoke: what may be asked for by name, and what only an interface has words for. */
export type RevocableTarget = Target | RefreshTarget

/** Who revokes, and why. */
export type Circumstances = Pick<EntryContent, 'actor' | 'reason' | 'cause'>

/** What an organization revokes in its own log alone. */
export type PlainTarget = Exclude<Target, ProviderTarget>

/** What one entry revokes by itself. The keys of a provider are the federation's to revoke, for all its organizations. */
export type OwnTarget = Exclude<RevocableTarget, ProviderTarget>

/** The one entry that revokes a target, whatever it covers. */
export function entryOf(target: OwnTarget, why: Circumstances): EntryContent {
  switch (target.type) {
    case 'token': {
      const { token, class: artefact, expires } = target
      return { kind: 'token.revoked', subject: { token }, data: { class: artefact, expires }, ...why }
    }
    case 'grant': {
      const { grant, expires } = target
      return { kind: 'grant.revoked', subject: { grant }, data: { expires }, ...why }
    }
    case 'session': {
      const { session, expires } = target
      return { kind: 'session.revoked', subject: { session }, data: { expires }, ...why }
    }
    case 'user':
      return { kind: 'user.revoked', subject: { user: target.user }, ...why }
    case 'application':
      return { kind: 'client.revoked', subject: { client: target.client }, ...why }
    case 'user_application': {
      const { user, client } = target
      return { kind: 'user_client.revoked', subject: { user, client }, ...why }
    }
    case 'api':
      return { kind: 'resource.revoked', subject: { resource: target.resource }, ...why }
    case 'authorization_server':
      return { kind: 'issuer.revoked', subject: { issuer: target.issuer }, ...why }
    case 'key': {
      const { type, ...subject } = target
      return { kind: 'key.revoked', subject, ...why }
    }
    case 'refresh': {
      const { type, ...subject } = target
      return { kind: 'refresh.revoked', subject, ...why }
    }
    case 'organization':
      return { kind: 'organization.revoked', subject: { organization: target.organization }, ...why }
  }
}

/**
 * Whether a revocation of it voids at any position. A second one then has nothing to add; a second cutoff does,
 * because tokens may have been issued, or be on their way, since the first.
 */
export function isAbsolute({ type }: RevocableTarget): boolean {
  return type === 'token' || type === 'grant' || type === 'session' || type === 'key'
}

/** One spelling of a target: the same for every way of asking for it. */
export function targetKey(target: RevocableTarget): string {
  switch (target.type) {
    case 'token':
      return `token:${target.token}`
    case 'grant':
      return `grant:${target.grant}`
    case 'session':
      return `session:${target.session}`
    case 'user':
      return userTargetKey(target.user)
    case 'application':
      return `application:${target.client}`
    case 'user_application':
      return `user_application:${target.user}:${target.client}`
    case 'api':
      return `api:${target.resource}`
    case 'authorization_server':
      return `authorization_server:${target.issuer}`
    case 'key':
      return `key:${target.key}`
    case 'refresh': {
      const narrowed = 'issuer' in target ? `issuer:${target.issuer}` : `user:${target.user ?? ''}`
      return `refresh:${target.client}:${narrowed}`
    }
    case 'organization':
      return organizationTargetKey(target.organization)
    case 'identity_provider':
      return `identity_provider:${target.identity_provider}`
  }
}
