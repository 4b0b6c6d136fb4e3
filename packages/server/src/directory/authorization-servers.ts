import type { KeyStatus } from '@rescind/core/keys'
import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { checkEncryptionKey } from '../keys/api-encryption-key.ts'
import { type ReplacingEncryptionKey, replaceEncryptionKeys } from '../keys/api-encryption-keys.ts'
import { forgetIssuer } from '../keys/signing-keys-memory.ts'
import { openSigningRing, type RotationMode, setRotationMode } from '../keys/signing-ring.ts'
import { append } from '../log/index.ts'
import { organizationOf, type WriteTx } from '../store/index.ts'
import {
  type AuthorizationServerPage,
  findAuthorizationServer,
  insertAuthorizationServer,
  listAuthorizationServers as listRows,
  updateAuthorizationServer,
} from '../store/queries/authorization-servers.ts'
import { findOrganizationRow } from '../store/queries/issuers.ts'
import { insertScopes } from '../store/queries/scopes.ts'
import { nameApisOfAudiences } from './apis.ts'
import {
  type AuthorizationServer,
  authorizationServerNotFound,
  checkJwksUri,
  type IssuerMode,
  readAuthorizationServer,
  type TokenEncryptionAlg,
} from './authorization-server.ts'
import { customIssuerUrl, DEFAULT_SUBDOMAIN } from './issuer.ts'
import { systemScopes } from './scopes.ts'

export type { AuthorizationServer } from './authorization-server.ts'

/** The id that only an authorization server of the organization `default` has. */
export const DEFAULT_AUTHORIZATION_SERVER = 'default'

/** A key of `jwks` as it came from outside. */
export interface SubmittedEncryptionKey {
  readonly jwk: unknown
  readonly id?: string
  readonly status?: KeyStatus
}

/** What an administrator decides of an authorization server; what is left out is as it was, or the default. */
export interface AuthorizationServerSettings {
  readonly name: string
  readonly description?: string
  /** The audience of its access tokens, which is an API too. */
  readonly audiences: readonly string[]
  readonly issuerMode?: IssuerMode
  readonly rotationMode?: RotationMode
  /** Left out: access tokens are not encrypted. */
  readonly encryptionAlg?: TokenEncryptionAlg
  /** All encryption keys. Left out, the keys stay as they are. */
  readonly jwks?: readonly SubmittedEncryptionKey[]
  /** Where the keys are instead; the saved ones are deleted. */
  readonly jwksUri?: string
}

export interface NewAuthorizationServer extends AuthorizationServerSettings {
  /** Only the first start gives one: `default`. */
  readonly id?: string
}

/**
 * Creates an authorization server with its system scopes, the API of its audience and an empty ring of signing
 * keys, whose first keys are made when they are first needed.
 *
 * @throws DomainError authorization_server_…, api_key_…
 */
export async function createAuthorizationServer(
  authority: Authority,
  actor: Actor,
  settings: NewAuthorizationServer,
): Promise<AuthorizationServer> {
  const keys = await checkKeys(authority, actor, settings)
  return authority.store.write({ organizationId: actor.organizationId }, (tx) =>
    addAuthorizationServer(authority, tx, actor, settings, keys),
  )
}

/** The same inside a transaction of the caller's, for what creates an organization together with its first one. */
export async function addAuthorizationServer(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  settings: NewAuthorizationServer,
  keys: readonly ReplacingEncryptionKey[] = [],
): Promise<AuthorizationServer> {
  const now = authority.clock.now()
  const id = settings.id ?? newId('aus')
  if (id === DEFAULT_AUTHORIZATION_SERVER) await requireDefaultOrganization(tx)
  const row = {
    id,
    ...columns(settings),
    issuer_mode: settings.issuerMode ?? ('ORG_URL' as const),
    jwks_uri: settings.jwksUri ?? null,
    status: 'ACTIVE' as const,
    created_at: now,
    updated_at: now,
  }
  if (!(await insertAuthorizationServer(tx, row))) throw new DomainError('authorization_server_id_taken')
  await insertScopes(tx, systemScopes(id, now))
  const { rotationMode = 'AUTO' } = settings
  await openSigningRing(tx, id, rotationMode)
  const server = readAuthorizationServer(authority, { ...row, organization_id: organizationOf(tx) })
  await record(authority, tx, actor, 'issuer.created', server, { rotationMode })
  await nameApisOfAudiences(authority, tx, actor, server)
  if (keys.length > 0) await replaceEncryptionKeys(authority, tx, actor, row, keys)
  return server
}

/**
 * Replaces the settings. Encryption is off unless they name an algorithm; `jwks` replaces all encryption keys, a
 * `jwksUri` deletes them, and where neither is given the keys stay.
 *
 * @throws DomainError not_found, authorization_server_…, api_key_…
 */
export async function replaceAuthorizationServer(
  authority: Authority,
  actor: Actor,
  id: string,
  settings: AuthorizationServerSettings,
): Promise<AuthorizationServer> {
  const keys = await checkKeys(authority, actor, settings)
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const before = await findAuthorizationServer(tx, id)
    if (before === undefined) throw authorizationServerNotFound(id)
    const row = {
      ...before,
      ...columns(settings),
      issuer_mode: settings.issuerMode ?? before.issuer_mode,
      jwks_uri: settings.jwksUri ?? (settings.jwks === undefined ? before.jwks_uri : null),
      updated_at: authority.clock.now(),
    }
    const { id: _id, organization_id: _organization, created_at: _created, ...change } = row
    await updateAuthorizationServer(tx, id, change)
    if (settings.rotationMode !== undefined) await setRotationMode(tx, id, settings.rotationMode)
    const server = readAuthorizationServer(authority, row)
    await record(authority, tx, actor, 'issuer.updated', server, { rotationMode: settings.rotationMode })
    await nameApisOfAudiences(authority, tx, actor, server)
    if (settings.jwksUri !== undefined)
      // Keys that are published elsewhere demand nothing of those saved here.
      await replaceEncryptionKeys(authority, tx, actor, { id, encryption_alg: null }, [])
    else if (settings.jwks !== undefined) await replaceEncryptionKeys(authority, tx, actor, row, keys)
    tx.afterCommit(() => forgetIssuer(authority, id))
    return server
  })
}

/** @throws DomainError not_found */
export async function getAuthorizationServer(
  authority: Authority,
  actor: Actor,
  id: string,
): Promise<AuthorizationServer> {
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const row = await findAuthorizationServer(tx, id)
    if (row === undefined) throw authorizationServerNotFound(id)
    return readAuthorizationServer(authority, row)
  })
}

/** In order of creation. */
export async function listAuthorizationServers(
  authority: Authority,
  actor: Actor,
  page: AuthorizationServerPage,
): Promise<AuthorizationServer[]> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listRows(tx, page),
  )
  return rows.map((row) => readAuthorizationServer(authority, row))
}

/** What an entry about an authorization server says of it. */
export async function record(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  kind: 'issuer.created' | 'issuer.updated' | 'issuer.deleted',
  server: AuthorizationServer,
  more: { readonly cause?: string; readonly rotationMode?: RotationMode | undefined } = {},
): Promise<void> {
  const { name, description, audiences, issuerMode, status, encryptionAlg, jwksUri } = server
  const { cause, rotationMode } = more
  await append(
    tx,
    {
      kind,
      subject: { issuer: customIssuerUrl(authority, server.id), authorization_server: server.id },
      actor: entryActor(actor),
      ...(cause !== undefined && { cause }),
      data: {
        name,
        description,
        audiences,
        issuerMode,
        status,
        encryptionAlg,
        jwksUri,
        ...(rotationMode && { rotationMode }),
      },
    },
    authority.clock.now(),
  )
}

function columns({ name, description = '', audiences, encryptionAlg }: AuthorizationServerSettings) {
  return {
    name,
    description,
    audiences: JSON.stringify(audiences),
    folded: [name, ...audiences].join('\n').toLowerCase(),
    encryption_alg: encryptionAlg ?? null,
  }
}

async function checkKeys(
  authority: Authority,
  actor: Actor,
  { jwks = [], jwksUri }: AuthorizationServerSettings,
): Promise<ReplacingEncryptionKey[]> {
  if (jwksUri !== undefined) {
    if (jwks.length > 0) throw new DomainError('authorization_server_keys_twice')
    checkJwksUri(jwksUri)
  }
  const keys: ReplacingEncryptionKey[] = []
  for (const { jwk, id, status } of jwks) {
    const checked = await checkEncryptionKey(authority, actor, jwk)
    keys.push({ ...checked, claimedId: id ?? null, status: status ?? null })
  }
  return keys
}

async function requireDefaultOrganization(tx: WriteTx): Promise<void> {
  const organization = await findOrganizationRow(tx)
  if (organization?.subdomain !== DEFAULT_SUBDOMAIN) throw new DomainError('authorization_server_id_taken')
}
