import {
  type Actor,
  type Authority,
  entryActor,
  newObjectId,
  type Role,
  systemActor,
} from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append, openLog } from '../log/index.ts'
import { asOrganization, type ReadTx, SYSTEM, type WriteTx } from '../store/index.ts'
import { findFederationOfOrganization } from '../store/queries/federations.ts'
import {
  findOldestAuthorizationServer,
  findOrganization,
  insertOrganization,
  listOrganizations as listRows,
  renameOrganization as renameRow,
} from '../store/queries/organizations.ts'
import {
  type AdministratorContents,
  type AdministratorCredentials,
  addAdministrator,
  type GivenCredentials,
  type PreparedAdministrator,
  prepareAdministrator,
} from './administrator.ts'
import { addAuthorizationServer } from './authorization-servers.ts'
import { addDefaultGroup } from './groups.ts'

/** A tenant: the boundary of isolation, with a log of its own. */
export interface Organization {
  readonly id: string
  readonly name: string
  /** Its own authorization server answers at `<subdomain>.<host>`. Unique in the installation. */
  readonly subdomain: string
}

export interface NewOrganization {
  readonly name: string
  readonly subdomain: string
  /** Only the first start gives these. */
  readonly id?: string | undefined
  readonly authorizationServerId?: string
  readonly roles?: readonly Role[]
  readonly given?: GivenCredentials
  /** What the administrator's credentials of the Atlas API are called and may do. */
  readonly contents?: AdministratorContents
}

/** An organization made ready outside the transaction that will add it. */
export interface PreparedOrganization {
  readonly organization: Organization
  readonly authorizationServerId: string | undefined
  readonly administrator: PreparedAdministrator
}

/** Does the slow part: makes the credentials, hashes the password, seals the digest key. */
export async function prepareOrganization(
  authority: Authority,
  { id, name, subdomain, authorizationServerId, roles, given, contents }: NewOrganization,
): Promise<PreparedOrganization> {
  const administrator = await prepareAdministrator(
    authority,
    { login: `admin@${subdomain}`, ...given },
    roles ?? ['organization_admin', 'organization_reader'],
    contents,
  )
  return { organization: { id: id ?? newObjectId(), name, subdomain }, authorizationServerId, administrator }
}

/**
 * Adds an organization with its log, an administrator who has every kind of credential, and an authorization
 * server: all of it in the transaction, or nothing.
 *
 * @throws DomainError `organization_subdomain_taken`, and what a credential that was given is refused with
 */
export async function addOrganization(
  authority: Authority,
  tx: WriteTx,
  creator: Actor,
  { organization, authorizationServerId, administrator }: PreparedOrganization,
): Promise<void> {
  const at = authority.clock.now()
  const { id, name, subdomain } = organization
  if (!(await insertOrganization(tx, { id, name, subdomain, created_at: at })))
    throw new DomainError('organization_subdomain_taken')
  const own = asOrganization(tx, id)
  await openLog(own, id)
  await append(
    own,
    {
      kind: 'organization.created',
      subject: { organization: id },
      actor: entryActor(creator),
      data: { name, subdomain },
    },
    at,
  )
  const actor = systemActor(id)
  await addDefaultGroup(own, actor, at)
  await addAdministrator(own, actor, administrator, at)
  await addAuthorizationServer(authority, own, actor, {
    ...(authorizationServerId !== undefined && { id: authorizationServerId }),
    name: 'default',
    audiences: ['api://default'],
  })
}

/**
 * Creates an organization. Its administrator's credentials are returned this once.
 *
 * @throws DomainError `permission_denied`, `organization_subdomain_taken`
 */
export async function createOrganization(
  authority: Authority,
  actor: Actor,
  draft: Pick<NewOrganization, 'name' | 'subdomain' | 'contents'>,
): Promise<{ readonly organization: Organization; readonly admin: AdministratorCredentials }> {
  requireInstallationAdmin(actor)
  const prepared = await prepareOrganization(authority, draft)
  await authority.store.write(SYSTEM, (tx) => addOrganization(authority, tx, actor, prepared))
  return { organization: prepared.organization, admin: prepared.administrator.credentials }
}

/**
 * The organizations of the installation in order of id, one more than the limit where there is a next page.
 *
 * @throws DomainError `permission_denied`
 */
export async function listOrganizations(
  authority: Authority,
  actor: Actor,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Organization[]> {
  requireInstallationAdmin(actor)
  const rows = await authority.store.read(SYSTEM, (tx) => listRows(tx, page))
  return rows.map(({ id, name, subdomain }) => ({ id, name, subdomain }))
}

/** The actor's own organization. @throws DomainError `not_found` */
export function getOrganization(authority: Authority, actor: Actor): Promise<Organization> {
  return authority.store.read({ organizationId: actor.organizationId }, requireOrganization)
}

/** Gives the actor's organization another name; its subdomain and so its issuer stay. */
export function renameOrganization(authority: Authority, actor: Actor, name: string): Promise<Organization> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const organization = await requireOrganization(tx)
    if (organization.name === name) return organization
    await renameRow(tx, name)
    const subject = { organization: organization.id }
    const content = { subject, data: { name }, actor: entryActor(actor) }
    await append(tx, { kind: 'organization.renamed', ...content }, at)
    return { ...organization, name }
  })
}

async function requireOrganization(tx: ReadTx): Promise<Organization> {
  const row = await findOrganization(tx)
  if (row === undefined) throw new DomainError('not_found')
  return { id: row.id, name: row.name, subdomain: row.subdomain }
}

/** The ids that a script of an administrator needs first. */
export interface Landmarks {
  readonly organizationId: string
  /** `null` where the organization is connected to no federation. */
  readonly federationSettingsId: string | null
  /** The oldest authorization server that is there; `null` where all were deleted. */
  readonly authorizationServerId: string | null
}

/** @throws DomainError `permission_denied` */
export async function landmarks(authority: Authority, actor: Actor): Promise<Landmarks> {
  if (!actor.roles.has('organization_admin')) throw new DomainError('permission_denied')
  const { organizationId } = actor
  const authorizationServerId = await authority.store.read({ organizationId }, findOldestAuthorizationServer)
  const federationSettingsId = await authority.store.read(SYSTEM, (tx) =>
    findFederationOfOrganization(tx, organizationId),
  )
  return {
    organizationId,
    federationSettingsId: federationSettingsId ?? null,
    authorizationServerId: authorizationServerId ?? null,
  }
}

function requireInstallationAdmin(actor: Actor): void {
  if (!actor.roles.has('installation_admin')) throw new DomainError('permission_denied')
}
