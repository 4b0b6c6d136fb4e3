import type { EntryActor } from '@rescind/core/log'
import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import type { ReadTx } from '../store/index.ts'
import {
  type ApplicationGrantRow,
  deleteApplicationGrant,
  insertApplicationGrant,
  listApplicationGrants,
} from '../store/queries/application-grants.ts'
import { type ApplicationRow, findApplication } from '../store/queries/applications.ts'
import { requireIssuer } from './issuer.ts'
import { isManagementScope, type ManagementScope } from './management-scopes.ts'

/** A management scope that an application may ask for at the organization's own authorization server. */
export interface ApplicationGrant {
  readonly id: string
  readonly applicationId: string
  readonly clientId: string
  readonly label: string
  /** The `iss` of the organization's own authorization server. */
  readonly issuer: string
  readonly scope: string
  readonly createdBy: { readonly type: string; readonly id: string }
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** @throws DomainError not_found */
export function listGrants(
  authority: Authority,
  actor: Actor,
  applicationId: string,
): Promise<readonly ApplicationGrant[]> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const { application, issuer } = await requireOwner(authority, tx, applicationId)
    return (await listApplicationGrants(tx, applicationId)).map(grantOf(application, issuer))
  })
}

/** @throws DomainError not_found */
export async function getGrant(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  grantId: string,
): Promise<ApplicationGrant> {
  const grants = await listGrants(authority, actor, applicationId)
  const grant = grants.find(({ id }) => id === grantId)
  if (grant === undefined) throw grantNotFound(grantId)
  return grant
}

/**
 * Lets an application ask for a management scope. One that it has already stays as it is, and nothing is written.
 * Whoever acts by an access token gives no scope that the token does not have.
 *
 * @throws DomainError not_found, app_grant_issuer_unknown, app_grant_scope_unknown, permission_denied
 */
export function grantScope(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  asked: { readonly scope: string; readonly issuer: string },
): Promise<ApplicationGrant> {
  const { scope } = asked
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const { application, issuer } = await requireOwner(authority, tx, applicationId)
    if (asked.issuer.replace(/\/$/, '') !== issuer) throw new DomainError('app_grant_issuer_unknown')
    if (!isManagementScope(scope)) throw new DomainError('app_grant_scope_unknown')
    if (actor.scopes !== undefined && !actor.scopes.has(scope)) throw new DomainError('permission_denied')
    const at = authority.clock.now()
    const row = {
      id: newId('oag'),
      application_id: applicationId,
      scope,
      created_by_type: actor.type,
      created_by: actor.userId ?? actor.id,
      created_at: at,
    }
    if (await insertApplicationGrant(tx, row)) {
      await append(tx, grantEntry('app_grant.created', application, row, entryActor(actor)), at)
      return grantOf(application, issuer)(row)
    }
    const held = (await listApplicationGrants(tx, applicationId)).find((grant) => grant.scope === scope)
    if (held === undefined) throw new TypeError('a grant is there and is not')
    return grantOf(application, issuer)(held)
  })
}

/**
 * Takes a management scope back: tokens that carry it are good for it no longer, from the next request on.
 *
 * @throws DomainError not_found
 */
export async function revokeGrant(
  authority: Authority,
  actor: Actor,
  applicationId: string,
  grantId: string,
): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const { application } = await requireOwner(authority, tx, applicationId)
    const row = await deleteApplicationGrant(tx, applicationId, grantId)
    if (row === undefined) throw grantNotFound(grantId)
    const entry = grantEntry('app_grant.deleted', application, row, entryActor(actor))
    await append(tx, entry, authority.clock.now())
  })
}

/** The management scopes that an application may ask for. */
export async function grantedScopes(
  tx: ReadTx,
  applicationId: string,
): Promise<ReadonlySet<ManagementScope>> {
  const rows = await listApplicationGrants(tx, applicationId)
  return new Set(rows.map(({ scope }) => scope).filter(isManagementScope))
}

async function requireOwner(
  authority: Authority,
  tx: ReadTx,
  applicationId: string,
): Promise<{ readonly application: ApplicationRow; readonly issuer: string }> {
  const application = await findApplication(tx, applicationId)
  if (application === undefined)
    throw new DomainError('not_found', { type: 'application', id: applicationId })
  const { url } = await requireIssuer(authority, tx, application.organization_id)
  return { application, issuer: url }
}

function grantOf(
  application: ApplicationRow,
  issuer: string,
): (row: ApplicationGrantRow) => ApplicationGrant {
  return (row) => ({
    id: row.id,
    applicationId: application.id,
    clientId: application.client_id,
    label: application.label,
    issuer,
    scope: row.scope,
    createdBy: { type: row.created_by_type, id: row.created_by },
    createdAt: row.created_at,
  })
}

function grantEntry(
  kind: 'app_grant.created' | 'app_grant.deleted',
  { id: application, client_id: client }: ApplicationRow,
  { id, scope }: ApplicationGrantRow,
  actor: EntryActor,
) {
  return { kind, subject: { app_grant: id, client, application }, actor, data: { scope } }
}

function grantNotFound(id: string): DomainError {
  return new DomainError('not_found', { type: 'app_grant', id })
}
