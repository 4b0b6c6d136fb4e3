import { formatPosition } from '@rescind/core/log'
import type { Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Cluster } from '../../../federation/cluster.ts'
import { nodesOfCluster } from '../../../federation/cluster-nodes.ts'
import { ClusterDraft, clusterSettings } from '../../../federation/cluster-settings.ts'
import { createCluster, deleteCluster, getCluster, listClusters } from '../../../federation/clusters.ts'
import { faultyStatement } from '../../syntax/index.ts'
import { integer, json, type MethodCall, type Resource, text, timestamp } from '../resource.ts'
import { ownMethod, pages, timeOf } from './method.ts'

const PAGE = 1_000

/** What INSERT takes, as SELECT shows it. */
const SETTINGS = [
  text('name', 'What people call it'),
  text('class', 'connected, standard or unmanaged'),
  json('apis', 'The APIs whose tokens it takes'),
  json('identity_providers', 'The issuers that it trusts besides'),
  integer('max_staleness', 'How long its nodes may go without news, in milliseconds'),
  text('when_stale', 'closed, introspect or open'),
  json('verifier_profile', 'What is known of an unmanaged verifier'),
]
const Draft = Compile(ClusterDraft)

export const clusters: Resource = {
  provider: 'rescind',
  service: 'clusters',
  name: 'clusters',
  description: 'Verifiers that stand together and live by one contract of freshness',
  columns: [
    text('id', 'The id of the cluster: cls…'),
    ...SETTINGS,
    timestamp('created', 'When it was made'),
    timestamp('updated', 'When it was changed last'),
  ],
  methods: [
    ownMethod({
      name: 'get',
      verb: 'select',
      required: ['id'],
      description: 'One cluster',
      operation: 'GET /api/rescind/v1/clusters/{id}',
      async run({ services, actor, parameters }) {
        return { rows: [shown(await getCluster(services.authority, actor, parameters.get('id') ?? ''))] }
      },
    }),
    ownMethod({
      name: 'list',
      verb: 'select',
      description: 'All clusters',
      operation: 'GET /api/rescind/v1/clusters',
      async run(call) {
        const { items, more } = await allClusters(call)
        return { rows: items.map(shown), more }
      },
    }),
    ownMethod({
      name: 'create',
      verb: 'insert',
      body: SETTINGS,
      description: 'Registers a cluster; its credentials are made over HTTP, which shows them once',
      operation: 'POST /api/rescind/v1/clusters',
      async run({ services, actor, body }) {
        const draft = draftOf(body)
        return { rows: [shown(await createCluster(services.authority, actor, clusterSettings(draft)))] }
      },
    }),
    ownMethod({
      name: 'delete',
      verb: 'delete',
      required: ['id'],
      description: 'Deletes a cluster with its credentials and nodes',
      operation: 'DELETE /api/rescind/v1/clusters/{id}',
      async run({ services, actor, parameters }) {
        await deleteCluster(services.authority, actor, parameters.get('id') ?? '')
        return { rows: [] }
      },
    }),
  ],
}

export const nodes: Resource = {
  provider: 'rescind',
  service: 'clusters',
  name: 'nodes',
  description: 'The verifiers of the clusters, and how far each of them is',
  columns: [
    text('id', 'The id of the node: nod…'),
    text('name', 'What it calls itself'),
    text('cluster_id', 'Its cluster'),
    text('cluster', 'What people call its cluster'),
    text('state', 'fresh, lapsed or registered'),
    integer('lag', 'Entries of the log that it has not acknowledged'),
    text('position', 'What it acknowledged last'),
    timestamp('acknowledged_at', 'When it acknowledged last'),
    timestamp('lease_until', 'Until when it may rely on that'),
    timestamp('registered_at', 'When it came'),
  ],
  methods: [
    ownMethod({
      name: 'list',
      verb: 'select',
      optional: ['cluster_id'],
      description: 'All nodes, of one cluster or of all',
      operation: 'GET /api/rescind/v1/clusters/{id}/nodes',
      async run(call) {
        const { services, actor, parameters, limit } = call
        const id = parameters.get('cluster_id')
        const of =
          id === undefined
            ? (await allClusters(call)).items
            : [await getCluster(services.authority, actor, id)]
        const rows: object[] = []
        for (const cluster of of) rows.push(...(await nodesOf(call, cluster)))
        return { rows: rows.slice(0, limit), more: rows.length > limit }
      },
    }),
  ],
}

function allClusters({ services, actor, limit }: Pick<MethodCall, 'services' | 'actor' | 'limit'>) {
  return pages<Cluster, string>(limit, PAGE, async (size, after) => {
    const page = { limit: size, ...(after !== undefined && { after }) }
    // One more than was asked for comes where there is more.
    const found = await listClusters(services.authority, actor, page)
    return { items: found.slice(0, size), next: found.length > size ? found[size - 1]?.id : undefined }
  })
}

async function nodesOf({ services, actor }: MethodCall, cluster: Cluster): Promise<object[]> {
  const found = await nodesOfCluster(services.authority, actor, cluster.id)
  return found.map(({ id, name, state, lag, position, acknowledgedAt, leaseUntil, registeredAt }) => ({
    id,
    name,
    cluster_id: cluster.id,
    cluster: cluster.name,
    state,
    lag,
    position: position && formatPosition(position),
    acknowledged_at: timeOf(acknowledgedAt),
    lease_until: timeOf(leaseUntil),
    registered_at: timeOf(registeredAt),
  }))
}

function draftOf(body: Readonly<Record<string, unknown>>): Static<typeof ClusterDraft> {
  const { name, class: kind, apis, identity_providers, max_staleness, when_stale, verifier_profile } = body
  const draft = {
    name,
    ...(kind !== undefined && { class: kind }),
    ...(apis !== undefined && { apis }),
    ...(identity_providers !== undefined && { identityProviders: identity_providers }),
    ...(max_staleness !== undefined && { maxStaleness: max_staleness }),
    ...(when_stale !== undefined && { whenStale: when_stale }),
    ...(verifier_profile !== undefined && { verifierProfile: verifier_profile }),
  }
  if (Draft.Check(draft)) return draft
  const [fault] = Draft.Errors(draft)
  throw faultyStatement(`this is no cluster: ${fault?.instancePath ?? ''} ${fault?.message ?? ''}`)
}

function shown(cluster: Cluster): object {
  const { id, name, class: kind, apis, identityProviders, maxStaleness, whenStale, verifierProfile } = cluster
  return {
    id,
    name,
    class: kind,
    apis: apis.map((api) => api.name),
    identity_providers: identityProviders,
    max_staleness: maxStaleness,
    when_stale: whenStale,
    verifier_profile: verifierProfile,
    created: timeOf(cluster.createdAt),
    updated: timeOf(cluster.updatedAt),
  }
}
