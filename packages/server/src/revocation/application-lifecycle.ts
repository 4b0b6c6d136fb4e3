import type { Actor, Authority } from '../authority/index.ts'
import { applicationEntry, standingEntry } from '../directory/application.ts'
import { applicationRow } from '../directory/applications.ts'
import { isTriggered } from '../directory/policy.ts'
import { DomainError } from '../errors/index.ts'
import { deleteClientKeySet } from '../keys/client-key-set.ts'
import { append } from '../log/index.ts'
import { deleteApplicationGrantsOf } from '../store/queries/application-grants.ts'
import { deleteInactiveApplication, updateApplication } from '../store/queries/applications.ts'
import { deleteClientSecretsOf } from '../store/queries/client-secrets.ts'

/**
 * Lets an application have tokens again. What it held before it was deactivated stays void. An active one stays
 * as it is, and nothing is written.
 *
 * @throws DomainError not_found
 */
export async function activateApplication(authority: Authority, actor: Actor, id: string): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const at = authority.clock.now()
    const cause = 'application.activated'
    await applicationRow(tx, id)
    const row = await updateApplication(tx, id, { status: 'ACTIVE', updated_at: at }, { status: 'INACTIVE' })
    if (row === undefined) return
    await append(tx, applicationEntry('client.updated', row, actor, cause), at)
    await append(tx, standingEntry('client.unblocked', row, actor, cause), at)
  })
}

/**
 * Takes an application out of service: it is blocked, and every token that it holds is void for good, so that
 * activating it again brings none of them back. An inactive one stays as it is, and nothing is written.
 *
 * @throws DomainError not_found
 */
export async function deactivateApplication(authority: Authority, actor: Actor, id: string): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const at = authority.clock.now()
    const cause = 'application.deactivated'
    await applicationRow(tx, id)
    const row = await updateApplication(tx, id, { status: 'INACTIVE', updated_at: at }, { status: 'ACTIVE' })
    if (row === undefined) return
    await append(tx, applicationEntry('client.updated', row, actor, cause), at)
    await append(tx, standingEntry('client.blocked', row, actor, cause), at)
    if (await isTriggered(tx, cause)) await append(tx, standingEntry('client.revoked', row, actor, cause), at)
  })
}

/**
 * Deletes an inactive application with its keys and secrets. Its client id stays blocked until somebody gives it
 * to another application.
 *
 * @throws DomainError not_found, application_active
 */
export async function deleteApplication(authority: Authority, actor: Actor, id: string): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const at = authority.clock.now()
    const cause = 'application.deleted'
    const row = await applicationRow(tx, id)
    if (row.status === 'ACTIVE') throw new DomainError('application_active')
    await deleteClientKeySet(tx, row, { actor, at, cause })
    await deleteClientSecretsOf(tx, id)
    await deleteApplicationGrantsOf(tx, id)
    if (!(await deleteInactiveApplication(tx, id))) throw new DomainError('application_active')
    await append(tx, applicationEntry('client.deleted', row, actor, cause), at)
    if (await isTriggered(tx, cause)) await append(tx, standingEntry('client.revoked', row, actor, cause), at)
  })
}
