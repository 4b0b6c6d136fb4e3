import { type Static, Type } from '@fastify/type-provider-typebox'
import { formatPosition } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import { CLUSTER_CLASSES, type Cluster, WHEN_STALE } from '../../federation/cluster.ts'
import { createClusterCredential } from '../../federation/cluster-credentials.ts'
import { type ClusterNode, nodesOfCluster } from '../../federation/cluster-nodes.ts'
import { ClusterDraft, clusterSettings, ProfileBody } from '../../federation/cluster-settings.ts'
import {
  createCluster,
  deleteCluster,
  getCluster,
  listClusters,
  replaceCluster,
} from '../../federation/clusters.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { cutPage, PageQuery, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100
const ClusterBody = Type.Object({
  id: Type.String(),
  name: Type.String(),
  class: Type.Enum(CLUSTER_CLASSES),
  apis: Type.Array(Type.String()),
  identityProviders: Type.Array(Type.String()),
  maxStaleness: Type.Integer(),
  whenStale: Type.Enum(WHEN_STALE),
  verifierProfile: Type.Optional(ProfileBody),
  createdAt: Type.String(),
  updatedAt: Type.String(),
})
const Credential = Type.Object({ id: Type.String(), credential: Type.String(), createdAt: Type.String() })
const Nullable = Type.Union([Type.String(), Type.Null()])
const Node = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Enum(['registered', 'fresh', 'lapsed']),
  position: Nullable,
  lag: Type.Union([Type.Integer(), Type.Null()]),
  acknowledgedAt: Nullable,
  leaseUntil: Nullable,
  registeredAt: Type.String(),
})
const Path = Type.Object({ id: Type.String({ maxLength: 64 }) })

/**
 * `POST·GET /clusters`, `GET·PUT·DELETE /clusters/{id}`, `POST /clusters/{id}/credentials` (shown once),
 * `GET /clusters/{id}/nodes`: who verifies tokens, and how far each of them is.
 */
export function clusters(app: NativeApp, authority: Authority): void {
  app.post(
    '/clusters',
    { schema: { body: ClusterDraft, response: { 201: ClusterBody, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const cluster = await createCluster(authority, actor, clusterSettings(request.body))
      reply.code(201)
      return represent(cluster)
    },
  )

  app.get(
    '/clusters',
    { schema: { querystring: PageQuery, response: { 200: pageOf(ClusterBody), ...RESPONSES } } },
    async (request) => {
      const { after, limit = DEFAULT_LIMIT } = request.query
      const page = after === undefined ? { limit } : { limit, after }
      const found = await listClusters(authority, readerOf(actorOf(request)), page)
      const { items, next } = cutPage(found, limit, ({ id }) => id)
      return { items: items.map(represent), next }
    },
  )

  app.get(
    '/clusters/:id',
    { schema: { params: Path, response: { 200: ClusterBody, ...RESPONSES } } },
    async (request) => represent(await getCluster(authority, readerOf(actorOf(request)), request.params.id)),
  )

  app.put(
    '/clusters/:id',
    { schema: { params: Path, body: ClusterDraft, response: { 200: ClusterBody, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      return represent(
        await replaceCluster(authority, actor, request.params.id, clusterSettings(request.body)),
      )
    },
  )

  app.delete(
    '/clusters/:id',
    { schema: { params: Path, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      await deleteCluster(authority, administratorOf(actorOf(request)), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/clusters/:id/credentials',
    { schema: { params: Path, response: { 201: Credential, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { id, credential, createdAt } = await createClusterCredential(authority, actor, request.params.id)
      reply.code(201).header('cache-control', 'no-store')
      return { id, credential: credential.reveal(), createdAt: new Date(createdAt).toISOString() }
    },
  )

  app.get(
    '/clusters/:id/nodes',
    { schema: { params: Path, response: { 200: pageOf(Node), ...RESPONSES } } },
    async (request) => {
      const nodes = await nodesOfCluster(authority, readerOf(actorOf(request)), request.params.id)
      return { items: nodes.map(representNode), next: null }
    },
  )
}

function represent(cluster: Cluster): Static<typeof ClusterBody> {
  const { id, name, class: of, apis, identityProviders, maxStaleness, whenStale, verifierProfile } = cluster
  return {
    id,
    name,
    class: of,
    apis: apis.map((api) => api.name),
    identityProviders: [...identityProviders],
    maxStaleness,
    whenStale,
    ...(verifierProfile !== undefined && { verifierProfile }),
    createdAt: timeOf(cluster.createdAt),
    updatedAt: timeOf(cluster.updatedAt),
  }
}

function representNode(node: ClusterNode): Static<typeof Node> {
  const { id, name, state, position, lag, acknowledgedAt, leaseUntil, registeredAt } = node
  return {
    id,
    name,
    state,
    position: position && formatPosition(position),
    lag,
    acknowledgedAt: acknowledgedAt === null ? null : timeOf(acknowledgedAt),
    leaseUntil: leaseUntil === null ? null : timeOf(leaseUntil),
    registeredAt: timeOf(registeredAt),
  }
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}
