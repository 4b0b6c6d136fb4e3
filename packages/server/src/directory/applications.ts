import { type Actor, type Authority, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { prepareClientKeySet, replaceClientKeySet } from '../keys/client-key-set.ts'
import type { SubmittedClientKey } from '../keys/submitted-key.ts'
import { append } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import type { ReadTx } from '../store/index.ts'
import {
  type ApplicationRow,
  type ApplicationSearch,
  findApplication,
  findApplicationByClientId,
  insertApplication,
  listApplications as listRows,
} from '../store/queries/applications.ts'
import { listClientKeys, listClientKeysOf } from '../store/queries/client-keys.ts'
import { type Application, applicationEntry, applicationOf, standingEntry } from './application.ts'
import {
  type ClientMetadata,
  completeClientMetadata,
  type GivenClientMetadata,
  keyDemandsOf,
  usesClientSecret,
} from './client-metadata.ts'
import { checkClientMetadata } from './client-metadata-rules.ts'
import { newClientSecret, prepareClientSecret } from './client-secret.ts'
import { storeClientSecret } from './client-secrets.ts'
import { CONSOLE_CLIENT_ID } from './console-client.ts'
import type { Presentation } from './presentation.ts'

/** An application as somebody describes it. */
export interface ApplicationDraft {
  readonly label: string
  readonly metadata: GivenClientMetadata
  readonly presentation: Presentation
  /** Absent: the id that the application gets. Once given it stays. */
  readonly clientId?: string
  readonly clientSecret?: Secret
  /** The whole set of keys; absent leaves it as it is. */
  readonly keys?: readonly SubmittedClientKey[]
}

export interface ShownApplication {
  readonly application: Application
  /** A secret that was made or given in this call: in this answer and in none after it. */
  readonly clientSecret?: Secret
}

/** RFC 3986 section 2.3: what no URL, header or log writes in two ways. */
const CLIENT_ID = /^[A-Za-z0-9._~-]{6,100}$/
/** No control characters, none that turn the direction of what follows, no half of a character. */
const LABEL = /^[^\p{Cc}\p{Cs}\p{Bidi_Control}]{1,100}$/u

/**
 * Creates an application with its keys and, where it authenticates by a secret, its first secret: one
 * transaction, `client.created` with the entries of its keys and secret.
 *
 * @throws DomainError invalid_client_metadata, invalid_redirect_uri, client_id_taken, and what keys and secrets say
 */
export async function createApplication(
  authority: Authority,
  actor: Actor,
  draft: ApplicationDraft & { readonly status: Application['status'] },
): Promise<ShownApplication> {
  const metadata = judgeDraft(draft)
  const keys = await prepareClientKeySet(authority, actor, draft.keys ?? [])
  const secret = await firstSecret(authority, metadata, draft.clientSecret)
  const { rows, row } = await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const at = authority.clock.now()
    const cause = 'application.created'
    const row = newRow(draft, metadata, actor, at)
    if (row.client_id === CONSOLE_CLIENT_ID || !(await insertApplication(tx, row)))
      throw new DomainError('client_id_taken', { clientId: row.client_id })
    await append(tx, applicationEntry('client.created', row, actor, cause), at)
    // The client id may be that of an application deleted earlier, which is blocked to this day.
    if (row.status === 'INACTIVE') await append(tx, standingEntry('client.blocked', row, actor, cause), at)
    else if (draft.clientId !== undefined)
      await append(tx, standingEntry('client.unblocked', row, actor, cause), at)
    if (secret !== undefined) await storeClientSecret(tx, row, secret, { actor, at, cause, status: 'ACTIVE' })
    const demands = keyDemandsOf(metadata)
    const rows = await replaceClientKeySet(tx, row, keys, { actor, at, cause, demands })
    return { row, rows }
  })
  const application = applicationOf(row, rows)
  return secret === undefined ? { application } : { application, clientSecret: secret.value }
}

/** @throws DomainError not_found */
export function getApplication(authority: Authority, actor: Actor, id: string): Promise<Application> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await applicationRow(tx, id)
    return applicationOf(row, await listClientKeys(tx, id))
  })
}

/** The same by what the client calls itself. @throws DomainError not_found */
export function getApplicationOfClient(
  authority: Authority,
  actor: Actor,
  clientId: string,
): Promise<Application> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await findApplicationByClientId(tx, clientId)
    if (row === undefined) throw new DomainError('not_found', { type: 'application', id: clientId })
    return applicationOf(row, await listClientKeys(tx, row.id))
  })
}

/** In order of creation; at most `search.limit`. */
export function listApplications(
  authority: Authority,
  actor: Actor,
  search: ApplicationSearch,
): Promise<readonly Application[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const rows = await listRows(tx, search)
    const keys = await listClientKeysOf(
      tx,
      rows.map((row) => row.id),
    )
    return rows.map((row) => applicationOf(row, keys))
  })
}

/** @throws DomainError not_found */
export async function applicationRow(tx: ReadTx, id: string): Promise<ApplicationRow> {
  const row = await findApplication(tx, id)
  if (row === undefined) throw new DomainError('not_found', { type: 'application', id })
  return row
}

/**
 * Writes out a draft's settings and judges them as a whole.
 *
 * @throws DomainError invalid_client_metadata, invalid_redirect_uri
 */
export function judgeDraft(draft: ApplicationDraft): ClientMetadata {
  const invalid = (member: string, rule: string) =>
    new DomainError('invalid_client_metadata', { member, rule })
  if (!LABEL.test(draft.label))
    throw invalid('label', 'must be 1 to 100 characters, none of them a control character')
  if (draft.clientId !== undefined && !CLIENT_ID.test(draft.clientId))
    throw invalid('client_id', "must be 6 to 100 of the characters A-Z a-z 0-9 '.' '_' '~' and '-'")
  const metadata = completeClientMetadata(draft.metadata)
  checkClientMetadata(metadata)
  if (metadata.jwks_uri !== undefined && (draft.keys ?? []).length > 0)
    throw invalid('jwks_uri', "must not be sent together with the keys of a 'jwks'")
  return metadata
}

/** The columns that a draft fills in, for a new row and for a replaced one. */
export function describedColumns(draft: ApplicationDraft, metadata: ClientMetadata) {
  return {
    label: draft.label,
    label_folded: draft.label.toLowerCase(),
    metadata: JSON.stringify(metadata),
    presentation: JSON.stringify(draft.presentation),
  }
}

function newRow(
  draft: ApplicationDraft & { readonly status: Application['status'] },
  metadata: ClientMetadata,
  { organizationId }: Actor,
  at: number,
): ApplicationRow {
  const id = newId('0oa')
  return {
    organization_id: organizationId,
    id,
    client_id: draft.clientId ?? id,
    status: draft.status,
    ...describedColumns(draft, metadata),
    created_at: at,
    updated_at: at,
  }
}

async function firstSecret(authority: Authority, metadata: ClientMetadata, given: Secret | undefined) {
  if (!usesClientSecret(metadata) && given === undefined) return undefined
  return prepareClientSecret(authority, given ?? newClientSecret(), metadata.token_endpoint_auth_method)
}
