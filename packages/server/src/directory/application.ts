import type { EntryContent, EntryKind } from '@rescind/core/log'
import { type Actor, entryActor } from '../authority/index.ts'
import { type ClientKey, clientKeyOf } from '../keys/client-key.ts'
import type { ApplicationRow } from '../store/queries/applications.ts'
import type { ClientKeyRow } from '../store/queries/client-keys.ts'
import { type ClientMetadata, readClientMetadata } from './client-metadata.ts'
import { type Presentation, readPresentation } from './presentation.ts'

/** An OAuth client with what people see of it. Times are milliseconds since the epoch. */
export interface Application {
  readonly id: string
  readonly organizationId: string
  /** What the client calls itself at `/oauth2`: unique in its organization, which the issuer decides. */
  readonly clientId: string
  readonly label: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly metadata: ClientMetadata
  readonly presentation: Presentation
  /** Signing and encryption keys, active and inactive, in the order in which they were added. */
  readonly keys: readonly ClientKey[]
  readonly createdAt: number
  readonly updatedAt: number
}

export function applicationOf(row: ApplicationRow, keys: readonly ClientKeyRow[]): Application {
  return {
    id: row.id,
    organizationId: row.organization_id,
    clientId: row.client_id,
    label: row.label,
    status: row.status,
    metadata: readClientMetadata(row.metadata),
    presentation: readPresentation(row.presentation),
    keys: keys.filter((key) => key.application_id === row.id).map(clientKeyOf),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** The entry of a change to an application: it carries the settings as they now are, so that they can be replayed. */
export function applicationEntry(
  kind: Extract<EntryKind, 'client.created' | 'client.updated' | 'client.deleted'>,
  row: ApplicationRow,
  actor: Actor,
  cause: string,
): EntryContent {
  return {
    kind,
    subject: { client: row.client_id, application: row.id },
    actor: entryActor(actor),
    cause,
    data: { label: row.label, status: row.status, metadata: readClientMetadata(row.metadata) },
  }
}

/** The entry that makes tokens of the client void, or lets it have some again. */
export function standingEntry(
  kind: 'client.revoked' | 'client.blocked' | 'client.unblocked',
  row: Pick<ApplicationRow, 'client_id'>,
  actor: Actor,
  cause: string,
): EntryContent {
  return { kind, subject: { client: row.client_id }, actor: entryActor(actor), cause }
}
