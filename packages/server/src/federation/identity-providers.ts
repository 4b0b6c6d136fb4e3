import { type Actor, type Authority, entryActor, newObjectId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { ReadTx, WriteTx } from '../store/index.ts'
import { listFederationDomains } from '../store/queries/federation-domains.ts'
import { listFederationOrganizations, updateFederationOrganization } from '../store/queries/federations.ts'
import {
  deleteIdentityProvider as deleteRow,
  findIdentityProvider,
  insertIdentityProvider,
  listIdentityProviders as listRows,
  type NewIdentityProvider,
  updateIdentityProvider as updateRow,
} from '../store/queries/identity-providers.ts'
import { listRoleMappings } from '../store/queries/role-mappings.ts'
import type { FederationOrganizations } from '../store/tables/federations.ts'
import type { IdentityProviders } from '../store/tables/identity-providers.ts'
import {
  type ConnectedOrganization,
  isConnectedTo,
  readConnectedOrganization,
  readTexts,
} from './federation.ts'
import {
  type IdentityProvider,
  type OidcProvider,
  oidcOnly,
  providerNotFound,
  readProvider,
} from './identity-provider.ts'
import { announce, readAsMember, writeAsMember } from './members.ts'
import { keyStateOf } from './provider-keys/key-state.ts'
import { sealClientSecret } from './provider-secret.ts'
import { type NewProviderSettings, oidcColumns, type ProviderSettings } from './provider-settings.ts'
import { type NewSamlSettings, type SamlChange, samlColumns } from './saml-settings.ts'
import { tellConnections, tellTerms } from './trust.ts'

/** An identity provider with the organizations that are connected to it. */
export interface ListedProvider {
  readonly provider: IdentityProvider
  readonly organizations: readonly ConnectedOrganization[]
}

/**
 * Creates an OpenID Connect provider, connected to no organization yet.
 *
 * @throws DomainError `not_found` for the federation, `identity_provider_attribute_missing`,
 *   `identity_provider_attribute_refused`, `identity_provider_audience_taken`, `federation_domain_unverified`
 */
export async function createIdentityProvider(
  authority: Authority,
  actor: Actor,
  federationId: string,
  settings: NewProviderSettings,
): Promise<OidcProvider> {
  const columns = oidcColumns(authority, settings.idpType ?? 'WORKFORCE', settings)
  const id = newObjectId()
  const client_secret = (await sealClientSecret(authority, id, settings.clientSecret)) ?? null
  return oidcOnly(await addProvider(authority, actor, federationId, { ...columns, id, client_secret }))
}

/**
 * Adds a SAML provider to the list, which Atlas leaves to its user interface: nobody signs in through it here.
 *
 * @throws DomainError `not_found`, `identity_provider_attribute_missing`, `identity_provider_attribute_refused`,
 *   `federation_domain_unverified`
 */
export function createSamlProvider(
  authority: Authority,
  actor: Actor,
  federationId: string,
  settings: NewSamlSettings,
): Promise<IdentityProvider> {
  const row = { ...samlColumns(authority, settings), id: newObjectId(), client_secret: null }
  return addProvider(authority, actor, federationId, row)
}

/**
 * Changes a SAML provider: what is left out stays.
 *
 * @throws DomainError as `createSamlProvider`; `not_found` where it is no SAML provider
 */
export function updateSamlProvider(
  authority: Authority,
  actor: Actor,
  federationId: string,
  id: string,
  settings: SamlChange,
): Promise<IdentityProvider> {
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const before = await findProvider(tx, id)
    const provider = readProvider(before)
    if (provider.protocol !== 'SAML') return notFound(id)
    const at = authority.clock.now()
    const change = { ...samlColumns(authority, settings, provider), updated_at: at }
    const after = { ...before, ...change }
    await refuseUnfit(tx, after)
    await updateRow(tx, id, change)
    await tell(tx, actor, 'identity_provider.updated', after, at)
    return readProvider(after)
  })
}

function addProvider(
  authority: Authority,
  actor: Actor,
  federationId: string,
  columns: Omit<NewIdentityProvider, 'created_at' | 'updated_at'>,
): Promise<IdentityProvider> {
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const at = authority.clock.now()
    const row = { ...columns, created_at: at, updated_at: null }
    await refuseUnfit(tx, row)
    await insertIdentityProvider(tx, row)
    if (row.protocol === 'OIDC') await keyStateOf(tx, row.issuer_uri, at)
    await tell(tx, actor, 'identity_provider.created', row, at)
    return readProvider({ ...row, federation_id: federationId })
  })
}

/** @throws DomainError `not_found` */
export function getIdentityProvider(
  authority: Authority,
  actor: Actor,
  federationId: string,
  id: string,
): Promise<ListedProvider> {
  return readAsMember(authority, actor, federationId, async (tx) => {
    const row = await findProvider(tx, id)
    return (await withOrganizations(tx, [row])).at(0) ?? notFound(id)
  })
}

/** All of a federation, in the order in which they were created. @throws DomainError `not_found` */
export function listIdentityProviders(
  authority: Authority,
  actor: Actor,
  federationId: string,
): Promise<readonly ListedProvider[]> {
  return readAsMember(authority, actor, federationId, async (tx) => withOrganizations(tx, await listRows(tx)))
}

/**
 * Changes an OpenID Connect provider: what is left out stays. With another issuer it has other keys.
 *
 * @throws DomainError as `createIdentityProvider`, `identity_provider_not_oidc`
 */
export async function updateIdentityProvider(
  authority: Authority,
  actor: Actor,
  federationId: string,
  id: string,
  settings: ProviderSettings,
): Promise<OidcProvider> {
  const sealed = await sealClientSecret(authority, id, settings.clientSecret)
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const before = await findProvider(tx, id)
    const provider = oidcOnly(readProvider(before))
    const at = authority.clock.now()
    const columns = oidcColumns(authority, provider.idpType, settings, provider)
    // A secret is for whom it was given for: nobody else is shown it.
    const isSame = columns.issuer_uri === before.issuer_uri && columns.client_id === before.client_id
    const client_secret = sealed === undefined && isSame ? before.client_secret : (sealed ?? null)
    const change = { ...columns, client_secret, updated_at: at }
    const after = { ...before, ...change }
    await refuseUnfit(tx, after)
    await keyStateOf(tx, after.issuer_uri, at)
    const connected = (await listFederationOrganizations(tx)).filter((one) => isConnectedTo(one, id))
    const isMoved = after.issuer_uri !== before.issuer_uri
    // The keys of another issuer are others: as if it were disconnected and connected again.
    if (isMoved) for (const one of connected) await retell(authority, tx, actor, one, id, 'without')
    await updateRow(tx, id, change)
    for (const one of connected) await retell(authority, tx, actor, one, id, isMoved ? 'with' : 'terms')
    await tell(tx, actor, 'identity_provider.updated', after, at)
    return oidcOnly(readProvider(after))
  })
}

/**
 * Deletes an identity provider and disconnects it from the actor's organization, where it is connected there.
 *
 * @throws DomainError `not_found`, `identity_provider_connected` where another organization is connected to it
 */
export function deleteIdentityProvider(
  authority: Authority,
  actor: Actor,
  federationId: string,
  id: string,
): Promise<void> {
  return writeAsMember(authority, actor, federationId, async (tx) => {
    const row = await findProvider(tx, id)
    const connected = (await listFederationOrganizations(tx)).filter((one) => isConnectedTo(one, id))
    if (connected.some((one) => one.organization_id !== actor.organizationId))
      throw new DomainError('identity_provider_connected', { id })
    for (const one of connected) {
      await retell(authority, tx, actor, one, id, 'without')
      await disconnect(tx, one, id)
    }
    await deleteRow(tx, id)
    await tell(tx, actor, 'identity_provider.deleted', row, authority.clock.now())
  })
}

/** Tells the log of a connected organization of a provider: that it is there no more, that it is, or its new terms. */
async function retell(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  row: FederationOrganizations,
  id: string,
  what: 'without' | 'with' | 'terms',
): Promise<void> {
  const all = readConnectedOrganization(row, [])
  const others = {
    identityProviderId: all.identityProviderId === id ? null : all.identityProviderId,
    dataAccessIdentityProviderIds: all.dataAccessIdentityProviderIds.filter((other) => other !== id),
  }
  const { organization_id: organization } = row
  if (what === 'without') await tellConnections(authority, tx, actor, organization, all, others)
  else if (what === 'with') await tellConnections(authority, tx, actor, organization, others, all)
  else
    await tellTerms(authority, tx, actor, organization, {
      dataAccessIdentityProviderIds: all.dataAccessIdentityProviderIds.filter((one) => one === id),
    })
}

/** Takes a provider away from an organization that is connected to it. */
async function disconnect(tx: WriteTx, row: FederationOrganizations, id: string): Promise<void> {
  const others = readTexts(row.data_access_provider_ids).filter((other) => other !== id)
  await updateFederationOrganization(tx, row.organization_id, {
    data_access_provider_ids: JSON.stringify(others),
    ...(row.identity_provider_id === id && { identity_provider_id: null }),
  })
}

async function findProvider(tx: ReadTx, id: string): Promise<IdentityProviders> {
  return (await findIdentityProvider(tx, id)) ?? notFound(id)
}

function notFound(id: string): never {
  throw providerNotFound(id)
}

/** What must hold between the providers of a federation, and between them and its domains. */
async function refuseUnfit(tx: ReadTx, row: NewIdentityProvider): Promise<void> {
  const others = (await listRows(tx)).filter(({ id, protocol }) => id !== row.id && protocol === row.protocol)
  const isTaken = others.some(
    ({ issuer_uri, audience }) => issuer_uri === row.issuer_uri && audience === row.audience,
  )
  if (isTaken && row.protocol === 'OIDC') throw new DomainError('identity_provider_audience_taken')
  const olderIds = others.map((other) => olderId(readProvider({ ...other, federation_id: '' })))
  if (row.saml !== null && olderIds.includes(olderId(readProvider({ ...row, federation_id: '' }))))
    throw new DomainError('identity_provider_attribute_refused', { attribute: 'oktaIdpId' })
  const verified = new Set(
    (await listFederationDomains(tx)).flatMap((domain) =>
      domain.status === 'VERIFIED' ? [domain.name] : [],
    ),
  )
  for (const domain of readTexts(row.associated_domains))
    if (!verified.has(domain)) throw new DomainError('federation_domain_unverified', { domain })
}

function olderId(provider: IdentityProvider): string | undefined {
  return provider.protocol === 'SAML' ? provider.saml.oktaIdpId : undefined
}

async function withOrganizations(tx: ReadTx, rows: readonly IdentityProviders[]): Promise<ListedProvider[]> {
  const organizations = await listFederationOrganizations(tx)
  const mappings = await listRoleMappings(tx)
  return rows.map((row) => ({
    provider: readProvider(row),
    organizations: organizations
      .filter((one) => isConnectedTo(one, row.id))
      .map((one) => readConnectedOrganization(one, mappings)),
  }))
}

async function tell(
  tx: WriteTx,
  actor: Actor,
  kind: 'identity_provider.created' | 'identity_provider.updated' | 'identity_provider.deleted',
  row: NewIdentityProvider,
  at: number,
): Promise<void> {
  const { id, protocol, idp_type: idpType, display_name: displayName, issuer_uri: issuer } = row
  const data = {
    displayName,
    protocol,
    idpType,
    audience: row.audience,
    associatedDomains: readTexts(row.associated_domains),
  }
  const subject = { identity_provider: id, issuer }
  await announce(tx, { kind, subject, actor: entryActor(actor), data }, at)
}
