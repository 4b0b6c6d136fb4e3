import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import { formatPosition } from '@rescind/core/log'
import type { FastifyRequest } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { registerNode } from '../../federation/cluster-nodes.ts'
import type { Deliveries } from '../../federation/delivery/deliveries.ts'
import { MOST_RETURNED, takeReturnedKeys } from '../../federation/delivery/returned-keys.ts'
import type { EncodedSnapshot } from '../../federation/delivery/view-feed.ts'
import { lookForKeyOf } from '../../federation/provider-keys/refresh.ts'
import {
  Acknowledgement,
  type Acknowledgements,
  bodyTaken,
  LeaseBody,
  leaseBody,
  placeOf,
} from './acknowledgements.ts'
import { renderError } from './errors.ts'
import { readJsonBodies } from './json-body.ts'
import { followerOf, requireFollower } from './log-authentication.ts'
import { news } from './log-news.ts'
import { BUDGET, placeOfSnapshot, SnapshotQuery } from './log-place.ts'
import { WEB_SOCKETS } from './log-socket.ts'
import type { NativeApp } from './native-app.ts'
import { RESPONSES } from './responses.ts'

/** Smaller than this, compressing costs more than it saves. */
const WORTH_COMPRESSING = 1_024
const compress = promisify(gzip)

const closed = { additionalProperties: false } as const
/** Not JSON: sent as it is. */
const Bytes = Type.Unsafe<Buffer>(Type.Unknown())
const NodeName = Type.Object(
  { name: Type.Optional(Type.String({ pattern: '^[^\\p{Cc}\\p{Bidi_Control}]{0,255}$' })) },
  closed,
)
const Registered = Type.Object({ nodeId: Type.String(), nodeToken: Type.String() })
const Thumbprints = Type.Object(
  {
    revoked: Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }), {
      minItems: 1,
      maxItems: MOST_RETURNED,
    }),
  },
  closed,
)
const Taken = Type.Object({ taken: Type.Integer(), known: Type.Integer(), refused: Type.Integer() })
/** A kid that a token of an identity provider names, and that is not among the keys that the log has of it. */
const UnknownKey = Type.Object(
  {
    issuer: Type.String({ minLength: 1, maxLength: 2_048 }),
    kid: Type.String({ minLength: 1, maxLength: 128 }),
  },
  closed,
)

/** What verifiers read the log by, mounted beside the native API: credentials of clusters open it, and no other. */
export function logApi(authority: Authority, acknowledgements: Acknowledgements): FastifyPluginAsyncTypebox {
  const { deliveries, knownNodes } = acknowledgements
  return async (app) => {
    app.setErrorHandler(renderError)
    // First: who asks over a WebSocket may say who it is in another way.
    await app.register(websocket, WEB_SOCKETS)
    app.addHook('onRequest', async ({ ws }, reply) => {
      // One that is refused ends with the answer.
      if (ws) reply.header('connection', 'close')
    })
    requireFollower(app, authority, knownNodes)
    readJsonBodies(app)
    snapshots(app, deliveries)
    news(app, acknowledgements)
    nodes(app, authority)
    leases(app, acknowledgements)
    keys(app, authority)
    // A stream does not end by itself, and a server does not close before its answers have ended.
    app.addHook('preClose', async () => deliveries.close())
  }
}

/** `GET /log/snapshot`: the live entries of the cluster's view, in the binary form of `@rescind/core`. */
function snapshots(app: NativeApp, deliveries: Deliveries): void {
  const compressed = new WeakMap<EncodedSnapshot, Promise<Buffer>>()
  app.get(
    '/log/snapshot',
    { schema: { querystring: SnapshotQuery, response: { 200: Bytes, 304: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const follower = followerOf(request)
      const known = await placeOfSnapshot(deliveries.authority, follower, request.query)
      const feed = await deliveries.feedOf(follower)
      await feed.reach(known, BUDGET)
      const snapshot = feed.snapshot(known)
      const { position, bytes } = snapshot
      if (follower.nodeId !== undefined) deliveries.noteSent(follower.nodeId, position)
      const tag = `"${feed.sight.version}-${formatPosition(position)}"`
      reply.headers({
        etag: tag,
        'cache-control': 'private, no-cache',
        vary: 'authorization, accept-encoding',
        'rescind-position': formatPosition(position),
        'rescind-view': feed.sight.version,
      })
      if (request.headers['if-none-match'] === tag) return reply.code(304).send(null)
      reply.type('application/octet-stream')
      if (bytes.length < WORTH_COMPRESSING || !takesGzip(request)) return reply.send(Buffer.from(bytes))
      const packed = compressed.get(snapshot) ?? compress(bytes)
      compressed.set(snapshot, packed)
      return reply.header('content-encoding', 'gzip').send(await packed)
    },
  )
}

/** `POST /log/nodes`: who follows. */
function nodes(app: NativeApp, authority: Authority): void {
  app.post(
    '/log/nodes',
    { schema: { body: Type.Optional(NodeName), response: { 201: Registered, ...RESPONSES } } },
    async (request, reply) => {
      const { nodeId, nodeToken } = await registerNode(
        authority,
        followerOf(request),
        request.body?.name ?? '',
      )
      reply.code(201).header('cache-control', 'no-store')
      return { nodeId, nodeToken: nodeToken.reveal() }
    },
  )
  app.post(
    '/log/unknown-keys',
    { schema: { body: UnknownKey, response: { 202: Type.Object({}), ...RESPONSES } } },
    async (request, reply) => {
      const { organizationId } = followerOf(request)
      const { issuer, kid } = request.body
      // Who asks need not wait: a key that turns up comes by the log.
      void lookForKeyOf(authority, organizationId, issuer, kid).catch((failure: unknown) =>
        authority.logger.warn({ err: failure, issuer }, 'a key could not be looked for'),
      )
      reply.code(202)
      return {}
    },
  )
}

/** `POST /log/ack`: the lease for what a node has applied. Most of them never come here: `acknowledgementShortcut`. */
function leases(app: NativeApp, acknowledgements: Acknowledgements): void {
  app.post(
    '/log/ack',
    {
      // Thousands of nodes say every few seconds that all is well.
      logLevel: 'warn',
      schema: { body: Acknowledgement, response: { 200: LeaseBody, ...RESPONSES } },
      preParsing: async (request, _reply, payload) => bodyTaken(request.raw) ?? payload,
    },
    async (request) => {
      const { nodeId, ...follower } = followerOf(request)
      if (nodeId === undefined) throw new DomainError('permission_denied')
      const place = placeOf(request.body)
      if (place === undefined) throw new DomainError('invalid_request', { '/position': 'must be a position' })
      return leaseBody(await acknowledgements.take({ ...follower, nodeId }, place))
    },
  )
}

/** `POST /log/keys`: what a node knows to be revoked, and the log has lost before it was recovered. */
function keys(app: NativeApp, authority: Authority): void {
  app.post(
    '/log/keys',
    { schema: { body: Thumbprints, response: { 200: Taken, ...RESPONSES } } },
    async (request) => {
      const follower = followerOf(request)
      if (follower.nodeId === undefined) throw new DomainError('permission_denied')
      return takeReturnedKeys(authority, follower, request.body.revoked)
    },
  )
}

function takesGzip({ headers }: FastifyRequest): boolean {
  return /(^|,)\s*gzip\s*(;\s*q=(0\.\d*[1-9]\d*|1(\.0*)?)\s*)?(,|$)/i.test(
    String(headers['accept-encoding'] ?? ''),
  )
}
