import type { Authority } from '../authority/index.ts'
import { findIssuer } from '../directory/issuer.ts'
import { fold } from '../directory/users-profile.ts'
import { DomainError } from '../errors/index.ts'
import { organizationOf, type ReadTx } from '../store/index.ts'
import { findApi, findApiByIdentifier } from '../store/queries/apis.ts'
import { findApplication, findApplicationByClientId } from '../store/queries/applications.ts'
import { findAuthorizationServer } from '../store/queries/authorization-servers.ts'
import { findKeyOwner } from '../store/queries/key-owners.ts'
import { findSessionRow } from '../store/queries/oidc-records.ts'
import { findToken, findTokenByHandle, listTokens } from '../store/queries/tokens.ts'
import { findUser, findUserByLogin } from '../store/queries/users.ts'
import { readPresented } from '../tokens/presented.ts'
import type { OwnAskedTarget } from './ask.ts'
import type { PlainTarget } from './target.ts'

type Publics = Pick<Authority, 'publicUrl'>

/**
 * Looks up what is to be revoked, in the transaction that will revoke it.
 *
 * @throws DomainError `not_found` where the organization has no such thing
 */
export async function resolveTarget(
  authority: Publics,
  tx: ReadTx,
  asked: OwnAskedTarget,
): Promise<PlainTarget> {
  switch (asked.type) {
    case 'token':
      return 'token' in asked ? presentedToken(tx, asked.token) : tokenById(tx, asked.id)
    case 'grant':
      return grantById(tx, asked.id)
    case 'session':
      return sessionById(tx, asked.id)
    case 'user':
      return { type: 'user', user: await userId(tx, asked.id) }
    case 'application':
      return { type: 'application', client: await clientId(tx, asked.id) }
    case 'user_application': {
      const [user, client] = [await userId(tx, asked.user), await clientId(tx, asked.application)]
      return { type: 'user_application', user, client }
    }
    case 'api':
      return { type: 'api', resource: await resourceOf(tx, asked.id) }
    case 'authorization_server':
      return { type: 'authorization_server', issuer: await issuerOf(authority, tx, asked.id) }
    case 'key':
      return keyByThumbprint(authority, tx, asked.id)
    case 'organization':
      if (asked.id !== organizationOf(tx)) throw notFound(asked)
      return { type: 'organization', organization: asked.id }
  }
}

async function tokenById(tx: ReadTx, id: string): Promise<PlainTarget> {
  const row = await findToken(tx, id)
  if (row === undefined) throw notFound({ type: 'token', id })
  return { type: 'token', token: row.id, class: row.kind, expires: row.expires_at }
}

async function presentedToken(tx: ReadTx, presented: string): Promise<PlainTarget> {
  const name = readPresented(presented)
  const row = 'jti' in name ? await findToken(tx, name.jti) : await findTokenByHandle(tx, name.handle)
  // The token's own text is not repeated, not even in a refusal.
  if (row === undefined) throw notFound({ type: 'token', id: 'the presented token' })
  return { type: 'token', token: row.id, class: row.kind, expires: row.expires_at }
}

async function grantById(tx: ReadTx, id: string): Promise<PlainTarget> {
  // The newest token of a family lives longest, or as long as any.
  const [newest] = await listTokens(tx, { grant: id, kind: 'refresh' }, 1)
  if (newest === undefined) throw notFound({ type: 'grant', id })
  return { type: 'grant', grant: id, expires: newest.expires_at }
}

async function sessionById(tx: ReadTx, id: string): Promise<PlainTarget> {
  const row = await findSessionRow(tx, id)
  if (row === undefined) throw notFound({ type: 'session', id })
  return { type: 'session', session: id, expires: row.expires_at }
}

async function userId(tx: ReadTx, idOrLogin: string): Promise<string> {
  const row = (await findUser(tx, idOrLogin)) ?? (await findUserByLogin(tx, fold(idOrLogin)))
  if (row === undefined) throw notFound({ type: 'user', id: idOrLogin })
  return row.id
}

async function clientId(tx: ReadTx, idOrClientId: string): Promise<string> {
  const row = (await findApplication(tx, idOrClientId)) ?? (await findApplicationByClientId(tx, idOrClientId))
  if (row === undefined) throw notFound({ type: 'application', id: idOrClientId })
  return row.client_id
}

async function resourceOf(tx: ReadTx, idOrIdentifier: string): Promise<string> {
  const row = (await findApi(tx, idOrIdentifier)) ?? (await findApiByIdentifier(tx, idOrIdentifier))
  if (row === undefined) throw notFound({ type: 'api', id: idOrIdentifier })
  return row.identifier
}

/** An inactive authorization server issues nothing, but what it issued may still be about. */
async function issuerOf(authority: Publics, tx: ReadTx, id: string): Promise<string> {
  const issuer = await findIssuer(authority, tx, id)
  if (issuer !== undefined) return issuer.url
  if ((await findAuthorizationServer(tx, id)) === undefined)
    throw notFound({ type: 'authorization_server', id })
  return `${authority.publicUrl}/oauth2/${id}`
}

async function keyByThumbprint(authority: Publics, tx: ReadTx, thumbprint: string): Promise<PlainTarget> {
  const owner = await findKeyOwner(tx, thumbprint)
  if (owner === undefined) throw notFound({ type: 'key', id: thumbprint })
  switch (owner.type) {
    case 'client':
      return { type: 'key', key: thumbprint, client: owner.client }
    case 'issuer':
    case 'api':
      return { type: 'key', key: thumbprint, issuer: await issuerOf(authority, tx, owner.issuer) }
  }
}

function notFound({ type, id }: { readonly type: string; readonly id: string }): DomainError {
  return new DomainError('not_found', { type, id })
}
