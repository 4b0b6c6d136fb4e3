import { type Actor, type Authority, entryActor, newId } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { append } from '../log/index.ts'
import { SYSTEM, type WriteTx } from '../store/index.ts'
import { findApi, findApiByIdentifier } from '../store/queries/apis.ts'
import {
  deleteCluster as deleteRow,
  findCluster,
  insertCluster,
  listClusters as listRows,
  updateCluster,
} from '../store/queries/clusters.ts'
import { findFederationOfOrganization } from '../store/queries/federations.ts'
import { listIdentityProviders } from '../store/queries/identity-providers.ts'
import {
  type Cluster,
  type ClusterApi,
  type ClusterClass,
  clusterNotFound,
  readCluster,
  type VerifierProfile,
  type WhenStale,
} from './cluster.ts'

export interface ClusterSettings {
  readonly name: string
  readonly class: ClusterClass
  /** APIs of the organization, each by its id or its identifier. */
  readonly apis: readonly string[]
  /** Issuers of identity providers. */
  readonly identityProviders: readonly string[]
  /** Milliseconds. */
  readonly maxStaleness: number
  readonly whenStale: WhenStale
  readonly verifierProfile: VerifierProfile | undefined
}

/**
 * Registers a cluster of verifiers.
 *
 * @throws DomainError `not_found` for an API that the organization does not have, `invalid_request` for an issuer that
 *   no OpenID Connect provider of its federation has
 */
export async function createCluster(
  authority: Authority,
  actor: Actor,
  settings: ClusterSettings,
): Promise<Cluster> {
  const issuers = await issuersOf(authority, actor)
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    refuseUnknownIssuers(settings, issuers)
    const now = authority.clock.now()
    const row = {
      id: newId('cls'),
      ...columns(settings, await resolveApis(tx, settings.apis)),
      created_at: now,
      updated_at: now,
    }
    await insertCluster(tx, row)
    await record(authority, tx, actor, 'cluster.created', row.id, settings)
    return readCluster({ ...row, organization_id: actor.organizationId })
  })
}

/**
 * Replaces the settings of a cluster. What its verifiers may see changes with it: each of them needs a new snapshot
 * before it is fresh again.
 *
 * @throws DomainError `not_found` for the cluster or an API, `invalid_request` as `createCluster`
 */
export async function replaceCluster(
  authority: Authority,
  actor: Actor,
  id: string,
  settings: ClusterSettings,
): Promise<Cluster> {
  const issuers = await issuersOf(authority, actor)
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const before = await findCluster(tx, id)
    if (before === undefined) throw clusterNotFound(id)
    // An API or a provider that has been deleted since stays in the cluster that knew it.
    const { apis: known, identityProviders } = readCluster(before)
    refuseUnknownIssuers(settings, new Set([...issuers, ...identityProviders]))
    const change = {
      ...columns(settings, await resolveApis(tx, settings.apis, known)),
      updated_at: authority.clock.now(),
    }
    await updateCluster(tx, id, change)
    await record(authority, tx, actor, 'cluster.updated', id, settings)
    return readCluster({ ...before, ...change })
  })
}

/** @throws DomainError `not_found` */
export async function getCluster(authority: Authority, actor: Actor, id: string): Promise<Cluster> {
  const row = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    findCluster(tx, id),
  )
  if (row === undefined) throw clusterNotFound(id)
  return readCluster(row)
}

/** In order of id: one more than the limit where there is a next page. */
export async function listClusters(
  authority: Authority,
  actor: Actor,
  page: { readonly after?: string; readonly limit: number },
): Promise<readonly Cluster[]> {
  const rows = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
    listRows(tx, page),
  )
  return rows.map(readCluster)
}

/**
 * Deletes a cluster with its credentials and nodes: none of them is given a lease any more.
 *
 * @throws DomainError `not_found`
 */
export function deleteCluster(authority: Authority, actor: Actor, id: string): Promise<void> {
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    if (!(await deleteRow(tx, id))) throw clusterNotFound(id)
    const content = { kind: 'cluster.deleted', subject: { cluster: id }, actor: entryActor(actor) } as const
    await append(tx, content, authority.clock.now())
  })
}

/** Of all providers of the federation: which of them the organization is connected to may change later. */
async function issuersOf(authority: Authority, actor: Actor): Promise<ReadonlySet<string>> {
  const { store } = authority
  const { organizationId } = actor
  const federationId = await store.read(SYSTEM, (tx) => findFederationOfOrganization(tx, organizationId))
  if (federationId === undefined) return new Set()
  const rows = await store.read({ federationId }, (tx) => listIdentityProviders(tx))
  return new Set(rows.filter(({ protocol }) => protocol === 'OIDC').map(({ issuer_uri }) => issuer_uri))
}

function refuseUnknownIssuers({ identityProviders }: ClusterSettings, known: ReadonlySet<string>): void {
  const unknown = identityProviders.findIndex((issuer) => !known.has(issuer))
  if (unknown >= 0)
    throw new DomainError('invalid_request', {
      [`/identityProviders/${unknown}`]: 'must be the issuer of an OpenID Connect provider of the federation',
    })
}

async function resolveApis(
  tx: WriteTx,
  names: readonly string[],
  known: readonly ClusterApi[] = [],
): Promise<ClusterApi[]> {
  const found: ClusterApi[] = []
  for (const name of new Set(names)) {
    const row = (await findApi(tx, name)) ?? (await findApiByIdentifier(tx, name))
    const resource = row?.identifier ?? known.find((api) => api.name === name)?.resource
    if (resource === undefined) throw new DomainError('not_found', { type: 'api', id: name })
    found.push({ name, resource })
  }
  return found
}

function columns(settings: ClusterSettings, apis: readonly ClusterApi[]) {
  return {
    name: settings.name,
    class: settings.class,
    apis: JSON.stringify(apis),
    identity_providers: JSON.stringify([...new Set(settings.identityProviders)]),
    max_staleness: settings.maxStaleness,
    when_stale: settings.whenStale,
    verifier_profile:
      settings.verifierProfile === undefined ? null : JSON.stringify(settings.verifierProfile),
  }
}

async function record(
  authority: Authority,
  tx: WriteTx,
  actor: Actor,
  kind: 'cluster.created' | 'cluster.updated',
  id: string,
  settings: ClusterSettings,
): Promise<void> {
  const { name, class: of, apis, identityProviders, maxStaleness, whenStale } = settings
  const data = { name, class: of, apis, identityProviders, maxStaleness, whenStale }
  await append(tx, { kind, subject: { cluster: id }, actor: entryActor(actor), data }, authority.clock.now())
}
