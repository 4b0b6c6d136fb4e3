import type { SigningKeyChange } from '@rescind/core/keys'
import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { readApi } from '../directory/api.ts'
import { handOverApi, removeApi } from '../directory/apis.ts'
import { authorizationServerNotFound, readAuthorizationServer } from '../directory/authorization-server.ts'
import { record } from '../directory/authorization-servers.ts'
import { customIssuerUrl } from '../directory/issuer.ts'
import { forgetIssuer } from '../keys/signing-keys-memory.ts'
import { loadSigningRing } from '../keys/signing-ring.ts'
import { applySigningChanges } from '../keys/signing-ring-changes.ts'
import { append } from '../log/index.ts'
import type { WriteTx } from '../store/index.ts'
import { deleteApiEncryptionKeysOf } from '../store/queries/api-encryption-keys.ts'
import { listApisOf } from '../store/queries/apis.ts'
import {
  deleteAuthorizationServer as deleteRow,
  findAuthorizationServer,
  findAuthorizationServerOfAudience,
  updateAuthorizationServer,
} from '../store/queries/authorization-servers.ts'
import { deleteScopesOf } from '../store/queries/scopes.ts'
import { deleteSigningRing } from '../store/queries/signing-keys.ts'
import type { AuthorizationServers } from '../store/tables/authorization-servers.ts'

/**
 * Lets an authorization server issue again. What it issued before it was deactivated stays void. An active one
 * stays as it is.
 *
 * @throws DomainError not_found
 */
export async function activateAuthorizationServer(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<void> {
  await authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const row = await requireServer(tx, id)
    if (row.status === 'INACTIVE')
      await setStatus(authority, tx, actor, row, 'ACTIVE', 'authorization_server.activated')
  })
}

/**
 * Stops an authorization server: it issues nothing, publishes no keys, and every token that it issued is void
 * (`issuer.revoked`). An inactive one stays as it is.
 *
 * @throws DomainError not_found
 */
export async function deactivateAuthorizationServer(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<void> {
  const cause = 'authorization_server.deactivated'
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const row = await requireServer(tx, id)
      if (row.status === 'INACTIVE') return
      await setStatus(authority, tx, actor, row, 'INACTIVE', cause)
      await revokeIssuer(authority, tx, actor, id, cause)
    },
    'urgent',
  )
}

/**
 * Deletes an authorization server with its scopes, keys and APIs; every token that it issued is void. The rows of
 * its signing keys stay without their private parts, so that no kid comes back. An API whose audience another
 * authorization server names too goes over to that one.
 *
 * @throws DomainError not_found
 */
export async function deleteAuthorizationServer(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<void> {
  const cause = 'authorization_server.deleted'
  await authority.store.write(
    { organizationId: actor.organizationId },
    async (tx) => {
      const row = await requireServer(tx, id)
      await revokeIssuer(authority, tx, actor, id, cause)
      await closeSigningRing(authority, tx, actor, id, cause)
      await deleteApiEncryptionKeysOf(tx, id)
      await deleteScopesOf(tx, id)
      await deleteRow(tx, id)
      await handOverApis(authority, tx, actor, id)
      const server = readAuthorizationServer(authority, row)
      await record(authority, tx, actor, 'issuer.deleted', server)
      tx.afterCommit(() => forgetIssuer(authority, id))
    },
    'urgent',
  )
}

async function setStatus(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  row: AuthorizationServers,
  status: AuthorizationServers['status'],
  cause: string,
): Promise<void> {
  const change = { status, updated_at: authority.clock.now() }
  await updateAuthorizationServer(tx, row.id, change)
  const server = readAuthorizationServer(authority, { ...row, ...change })
  await record(authority, tx, actor, 'issuer.updated', server, { cause })
  tx.afterCommit(() => forgetIssuer(authority, row.id))
}

/** A cutoff: what the issuer issued at a lower position is void. */
async function revokeIssuer(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  id: string,
  cause: string,
): Promise<void> {
  await append(
    tx,
    {
      kind: 'issuer.revoked',
      subject: { issuer: customIssuerUrl(authority, id) },
      actor: entryActor(actor),
      reason: { code: 'requested' },
      cause,
    },
    authority.clock.now(),
  )
}

async function closeSigningRing(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  id: string,
  cause: string,
): Promise<void> {
  const ring = await loadSigningRing(tx, id)
  if (ring === undefined) return
  const at = authority.clock.now()
  const changes = ring.keys.flatMap(({ kid, status, withdrawnAt }): SigningKeyChange[] => {
    if (status === 'REVOKED' || withdrawnAt !== null) return []
    const withdraw = { type: 'withdraw', kid, at } as const
    return status === 'ACTIVE' ? [{ type: 'retire', kid, at, retainUntil: at }, withdraw] : [withdraw]
  })
  const { organizationId } = actor
  const issuer = { id, organizationId, url: customIssuerUrl(authority, id) }
  await applySigningChanges(tx, { issuer, actor, cause }, ring, changes, [])
  await deleteSigningRing(tx, id)
}

async function handOverApis(authority: Authority, tx: WriteTx, actor: Actor, id: string): Promise<void> {
  for (const row of await listApisOf(tx, id)) {
    const heir = await findAuthorizationServerOfAudience(tx, row.identifier)
    if (heir === undefined) await removeApi(authority, tx, actor, readApi(row))
    else await handOverApi(authority, tx, actor, row, heir)
  }
}

async function requireServer(tx: WriteTx, id: string): Promise<AuthorizationServers> {
  const row = await findAuthorizationServer(tx, id)
  if (row === undefined) throw authorizationServerNotFound(id)
  return row
}
