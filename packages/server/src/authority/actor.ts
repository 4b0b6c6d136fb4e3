import type { EntryActor } from '@rescind/core/log'

/** Who asks, as the credential says: the organization it belongs to and what it may do there. */
export interface Actor extends EntryActor {
  readonly organizationId: string
  /** The login or name to show beside the id. */
  readonly name: string
  readonly roles: ReadonlySet<Role>
  /** The OAuth scopes of an access token; `undefined` for a credential that is bounded by its roles only. */
  readonly scopes?: ReadonlySet<string>
  /** The user on whose authority the credential acts; `undefined` where none does. */
  readonly userId?: string
}

/** `installation_admin` may create organizations; `organization_admin` may do everything inside its own. */
export type Role = 'installation_admin' | 'organization_admin' | 'organization_reader'

/** The authority itself: schedules, bootstrap, automatic triggers. */
export function systemActor(organizationId: string): Actor {
  return {
    type: 'system',
    id: 'rescind',
    name: 'rescind',
    organizationId,
    roles: new Set(['organization_admin']),
  }
}

/** What an entry says of who made a change: the credential's type and id, never its roles nor its name. */
export function entryActor({ type, id, source }: Actor): EntryActor {
  return { type, id, ...(source === undefined ? {} : { source }) }
}
