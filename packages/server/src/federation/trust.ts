import { type DataOf, decodeEntry, type EntryContent } from '@rescind/core/log'
import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { append, findEntryAbout, type LoggedEntry } from '../log/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { listIdentityProviders } from '../store/queries/identity-providers.ts'
import { updateProviderKeySet } from '../store/queries/provider-keys.ts'
import { listRoleMappings } from '../store/queries/role-mappings.ts'
import { type RoleMapping, readRoleMapping } from './federation.ts'
import { type OidcProvider, readProvider } from './identity-provider.ts'
import { blockedKeys, type KeyState, keyStateOf, trustedKeys } from './provider-keys/key-state.ts'
import { blockable, ownKeysApart } from './provider-keys/tell.ts'

/** To which identity providers an organization is connected. */
export interface Connections {
  readonly identityProviderId: string | null
  readonly dataAccessIdentityProviderIds: readonly string[]
}

export const NO_CONNECTIONS: Connections = { identityProviderId: null, dataAccessIdentityProviderIds: [] }

/**
 * Tells an organization's log what it trusts from now on: the terms of providers that are newly connected and the
 * present state of their keys (epoch, trusted set, blocked keys, cutoff); of those that are not connected any longer
 * that they are trusted no more.
 */
export async function tellConnections(
  authority: Pick<Authority, 'clock'>,
  tx: WriteTx,
  actor: Actor,
  organizationId: string,
  before: Connections,
  after: Connections,
): Promise<void> {
  const at = authority.clock.now()
  const providers = await oidcProviders(tx)
  const data = (one: Connections) =>
    providers.filter(({ id }) => one.dataAccessIdentityProviderIds.includes(id))
  const issuers = (one: Connections) =>
    new Set(
      providers
        .filter(({ id }) => id === one.identityProviderId || one.dataAccessIdentityProviderIds.includes(id))
        .map(({ issuerUri }) => issuerUri),
    )
  const contents: EntryContent[] = []
  for (const provider of data(before))
    if (!data(after).includes(provider)) contents.push(distrusted(provider, actor))
  for (const issuer of without(issuers(before), issuers(after))) {
    const { set } = await keyStateOf(tx, issuer, at)
    contents.push(keysOf(issuer, actor, { epoch: set.epoch, keys: [] }))
  }
  const mappings = await mappingsOf(tx, organizationId)
  for (const provider of data(after))
    if (!data(before).includes(provider)) contents.push(trusted(provider, mappings, actor))
  for (const issuer of without(issuers(after), issuers(before)))
    contents.push(await presentState(tx, actor, organizationId, issuer, at))
  if (contents.length > 0) await tellOwn(tx, organizationId, contents, at)
}

function without(all: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...all].filter((one) => !others.has(one))
}

/** Tells the terms of connected providers anew, because role mappings or the providers themselves have changed. */
export async function tellTerms(
  authority: Pick<Authority, 'clock'>,
  tx: WriteTx,
  actor: Actor,
  organizationId: string,
  { dataAccessIdentityProviderIds: ids }: Pick<Connections, 'dataAccessIdentityProviderIds'>,
): Promise<void> {
  const mappings = await mappingsOf(tx, organizationId)
  const contents = (await oidcProviders(tx))
    .filter(({ id }) => ids.includes(id))
    .map((provider) => trusted(provider, mappings, actor))
  if (contents.length > 0) await tellOwn(tx, organizationId, contents, authority.clock.now())
}

async function tellOwn(
  tx: WriteTx,
  organizationId: string,
  contents: readonly EntryContent[],
  at: number,
): Promise<void> {
  await tx.within(organizationId, async (own) => {
    for (const content of contents) {
      if (content.kind !== 'idp_jwks.refreshed' && content.kind !== 'idp_jwks.revoked')
        await append(own, content, at)
      else if (content.kind === 'idp_jwks.refreshed')
        await append(own, { ...content, data: await withoutOwn(own, content.data) }, at)
      else await append(own, { ...content, data: await withoutOwn(own, content.data) }, at)
    }
  })
}

async function withoutOwn<Data extends { readonly blocked?: readonly string[] }>(
  own: ReadTx,
  data: Data,
): Promise<Data> {
  const blocked = await ownKeysApart(own, data.blocked)
  return blocked === undefined ? data : { ...data, blocked }
}

/**
 * What stands of an issuer's keys, as one entry. Its epoch is not below one that the organization's log has of this
 * issuer, from an earlier federation: else the set would never count there.
 */
async function presentState(
  tx: WriteTx,
  actor: Actor,
  organizationId: string,
  issuer: string,
  at: number,
): Promise<EntryContent> {
  const state = await keyStateOf(tx, issuer, at)
  const highest = await tx.within(organizationId, (own) => highestEpoch(own, issuer))
  const epoch = Math.max(state.set.epoch, highest)
  // A fetch under way is discarded by this, and made again.
  if (epoch > state.set.epoch) await updateProviderKeySet(tx, issuer, { epoch, next_fetch_at: at })
  return stateEntry(state, issuer, actor, epoch, await blockable(tx, issuer, blockedKeys(state)))
}

function stateEntry(
  state: KeyState,
  issuer: string,
  actor: Actor,
  epoch: number,
  blocked: readonly string[],
): EntryContent {
  const keys = trustedKeys(state)
  const { not_after: notAfter } = state.set
  if (notAfter === null) return keysOf(issuer, actor, { epoch, keys, blocked })
  return {
    kind: 'idp_jwks.revoked',
    // By issuer alone: what came of sign-ins through a provider was void when its keys were revoked.
    subject: { issuer },
    actor: entryActor(actor),
    cause: 'federation_organization.updated',
    data: { epoch, notAfter, keys, blocked },
  }
}

function keysOf(issuer: string, actor: Actor, data: DataOf<'idp_jwks.refreshed'>): EntryContent {
  return {
    kind: 'idp_jwks.refreshed',
    subject: { issuer },
    actor: entryActor(actor),
    cause: 'federation_organization.updated',
    data,
  }
}

async function highestEpoch(own: ReadTx, issuer: string): Promise<number> {
  const entries = [
    await findEntryAbout(own, 'idp_jwks.refreshed', { issuer }),
    await findEntryAbout(own, 'idp_jwks.revoked', { issuer }),
  ]
  return Math.max(0, ...entries.map(epochOf))
}

function epochOf(logged: LoggedEntry | undefined): number {
  const decoded = logged && decodeEntry(logged.body)
  if (!decoded?.known) return 0
  const { entry } = decoded
  return entry.kind === 'idp_jwks.refreshed' || entry.kind === 'idp_jwks.revoked' ? entry.data.epoch : 0
}

function trusted(provider: OidcProvider, mappings: readonly RoleMapping[], actor: Actor): EntryContent {
  const { id, issuerUri: issuer, audience, userClaim, groupsClaim, authorizationType } = provider
  const byGroups = authorizationType === 'GROUP' && groupsClaim !== null
  return {
    kind: 'identity_provider.trusted',
    subject: { issuer, identity_provider: id },
    actor: entryActor(actor),
    data: {
      audience,
      userClaim,
      ...(byGroups && {
        groupsClaim,
        roles: mappings.map(({ externalGroupName, roleAssignments }) => ({
          group: externalGroupName,
          roles: roleAssignments.map((one) => ('orgId' in one ? one.role : `${one.role}@${one.groupId}`)),
        })),
      }),
    },
  }
}

function distrusted({ id, issuerUri: issuer }: OidcProvider, actor: Actor): EntryContent {
  return {
    kind: 'identity_provider.distrusted',
    subject: { issuer, identity_provider: id },
    actor: entryActor(actor),
  }
}

async function mappingsOf(tx: ReadTx, organizationId: string): Promise<readonly RoleMapping[]> {
  return (await listRoleMappings(tx, organizationId)).map(readRoleMapping)
}

async function oidcProviders(tx: ReadTx): Promise<readonly OidcProvider[]> {
  return (await listIdentityProviders(tx))
    .map(readProvider)
    .filter((provider) => provider.protocol === 'OIDC')
}
