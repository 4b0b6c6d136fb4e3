import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { compareMarks, formatPosition, type Position, parsePosition } from '@rescind/core/log'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import type { Follower } from '../../federation/cluster-credentials.ts'
import { registerNode } from '../../federation/cluster-nodes.ts'
import { refuseDiverged } from '../../federation/delivery/continuity.ts'
import type { Deliveries } from '../../federation/delivery/deliveries.ts'
import { type SentFrame, sendable } from '../../federation/delivery/event-stream.ts'
import { MOST_RETURNED, takeReturnedKeys } from '../../federation/delivery/returned-keys.ts'
import type { EncodedSnapshot, ViewFeed } from '../../federation/delivery/view-feed.ts'
import { lookForKeyOf } from '../../federation/provider-keys/refresh.ts'
import { framesOf, head, readEntries } from '../../log/index.ts'
import { Acknowledgement, type Acknowledgements, bodyTaken, LeaseBody } from './acknowledgements.ts'
import { renderError } from './errors.ts'
import { readJsonBodies } from './json-body.ts'
import { followerOf, requireFollower } from './log-authentication.ts'
import { LogStream } from './log-stream.ts'
import type { NativeApp } from './native-app.ts'
import { RESPONSES } from './responses.ts'

/** How long this node may take to reach a place that the primary has, in milliseconds. */
const BUDGET = 2_000
/** How long a question for news is held open where there is none, in milliseconds. */
const LONG_POLL = 25_000
/** How far a follower may be behind and still be given every entry; further back, a snapshot is less to send. */
const FURTHEST = 20_000
const PAGE = 500
/** Smaller than this, compressing costs more than it saves. */
const WORTH_COMPRESSING = 1_024
const compress = promisify(gzip)

/** A position, or a sequence of the present incarnation alone. */
const Place = Type.String({ pattern: '^([0-9a-f]{24}\\.[1-9][0-9]{0,14}\\.)?(0|[1-9][0-9]{0,14})$' })
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Version = Type.String({ pattern: '^[0-9a-f]{1,64}$' })
const closed = { additionalProperties: false } as const
const FollowQuery = Type.Object(
  { after: Type.Optional(Place), digest: Type.Optional(Digest), view: Type.Optional(Version) },
  closed,
)
const SnapshotQuery = Type.Object({ after: Type.Optional(Place), digest: Type.Optional(Digest) }, closed)
/** Not JSON: sent as it is. */
const Bytes = Type.Unsafe<Buffer>(Type.Unknown())
const Frames = Type.Object({
  view: Type.String(),
  position: Type.String(),
  frames: Type.Array(Type.String()),
})
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
    requireFollower(app, authority, knownNodes)
    readJsonBodies(app)
    snapshots(app, deliveries)
    news(app, deliveries)
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

/** `GET /log?after=N`: what comes after a position, as server-sent events or, for JSON, once there is something. */
function news(app: NativeApp, deliveries: Deliveries): void {
  app.get(
    '/log',
    { schema: { querystring: FollowQuery, response: { 200: Frames, ...RESPONSES } } },
    async (request, reply) => {
      const follower = followerOf(request)
      const resumed = request.headers['last-event-id']
      const after = typeof resumed === 'string' && resumed !== '' ? resumed : request.query.after
      const { digest } = request.query
      const known = await placeAsked(deliveries.authority, follower, { after, digest })
      const feed = await deliveries.feedOf(follower)
      await feed.reach(known, BUDGET)
      const { view } = request.query
      const isOther = view !== undefined && view !== feed.sight.version
      if (isOther || known.incarnation !== feed.position.incarnation || tooFar(feed, known))
        throw new DomainError('log_snapshot_due')
      if (request.headers.accept?.includes('application/json') === true)
        return poll(reply, feed, deliveries, follower, known)
      await stream(reply, feed, deliveries, follower, known)
      return reply
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
      return acknowledgements.take({ ...follower, nodeId }, request.body)
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

/**
 * The place that a follower is at, which the primary has been asked for: this node may be behind it.
 *
 * @throws DomainError `invalid_request`, `log_diverged`
 */
async function placeAsked(
  authority: Authority,
  follower: Follower,
  { after, digest }: { readonly after?: string | undefined; readonly digest?: string | undefined },
): Promise<Position> {
  const log = follower.organizationId
  if (after === undefined) return { log, incarnation: 1, seq: 0 }
  const written = parsePosition(after)
  if (written !== undefined && written.log !== log)
    throw new DomainError('invalid_request', { '/after': 'must be a position of this log' })
  if (written === undefined && !/^(0|[1-9][0-9]{0,14})$/.test(after))
    throw new DomainError('invalid_request', { '/after': 'must be a position' })
  const position = written ?? {
    ...(await authority.store.read({ organizationId: log }, (tx) => head(tx))).position,
    seq: Number(after),
  }
  await refuseDiverged(authority, follower, digest === undefined ? { position } : { position, digest })
  return position
}

/** A snapshot is not older than what its follower knows; who knows nothing gets all there is when it asks. */
function placeOfSnapshot(
  authority: Authority,
  follower: Follower,
  query: { readonly after?: string; readonly digest?: string },
): Promise<Position> {
  if (query.after !== undefined) return placeAsked(authority, follower, query)
  const { organizationId } = follower
  return authority.store.read({ organizationId }, async (tx) => (await head(tx)).position)
}

function tooFar(feed: ViewFeed, known: Position): boolean {
  return feed.position.seq - known.seq > FURTHEST
}

async function stream(
  reply: FastifyReply,
  feed: ViewFeed,
  deliveries: Deliveries,
  follower: Follower,
  known: Position,
): Promise<void> {
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'rescind-view': feed.sight.version,
  })
  response.flushHeaders()
  const follow = new LogStream(response, follower, feed, deliveries, known)
  try {
    let isNew = true
    for (let missed = feed.after(known); follow.isOpen && missed?.length !== 0; isNew = false) {
      // At the follower's own pace: whatever is written beyond that only counts against it.
      for (const frame of missed ?? (await olderFrames(deliveries, feed, follow.position))) {
        follow.take(frame)
        await follow.drained()
      }
      missed = feed.after(follow.position)
    }
    // The first frame says where the view stands, also where nothing is new.
    if (isNew) follow.take(feed.emptyFrame())
    follow.join()
  } catch {
    // The database is not there, or the window has moved on: the follower comes back from where it is.
    follow.cutOff()
  }
}

async function poll(
  reply: FastifyReply,
  feed: ViewFeed,
  deliveries: Deliveries,
  follower: Follower,
  known: Position,
) {
  let frames = feed.after(known) ?? (await olderFrames(deliveries, feed, known))
  if (frames.length === 0) {
    await nextFrame(reply, feed, deliveries, follower)
    frames = feed.after(known) ?? []
  }
  if (frames.length === 0) frames = [feed.emptyFrame()]
  const last = frames.at(-1)
  const position =
    last === undefined ? known : { log: known.log, incarnation: last.incarnation, seq: last.to }
  if (follower.nodeId !== undefined) deliveries.noteSent(follower.nodeId, position)
  reply.header('cache-control', 'no-store')
  return {
    view: feed.sight.version,
    position: formatPosition(position),
    frames: frames.map(({ text }) => text),
  }
}

/** Resolves once there is something new, the view has changed, the follower has gone, or it has waited long enough. */
function nextFrame(
  reply: FastifyReply,
  feed: ViewFeed,
  deliveries: Deliveries,
  follower: Follower,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      feed.leave(receiver)
      deliveries.detach(attached)
      reply.raw.off('close', done)
      resolve()
    }
    const timer = setTimeout(done, LONG_POLL)
    const receiver = {
      take: ({ from, to }: SentFrame) => {
        if (to > from) done()
      },
      cutOff: done,
    }
    const attached = { follower, version: feed.sight.version, viewChanged: done }
    feed.enter(receiver)
    deliveries.attach(attached)
    reply.raw.once('close', done)
  })
}

/** A page of what is older than the window, read for this follower alone. */
async function olderFrames(
  { authority }: Deliveries,
  feed: ViewFeed,
  after: Position,
): Promise<readonly SentFrame[]> {
  const entries = await authority.store.read({ organizationId: after.log }, (tx) =>
    readEntries(tx, after.log, after, PAGE),
  )
  const frames = framesOf(entries, feed.sight).filter(({ incarnation }) => incarnation === after.incarnation)
  if (frames.length === 0 && compareMarks(after, feed.position) < 0) throw new DomainError('log_snapshot_due')
  return frames.map(sendable)
}

function takesGzip({ headers }: FastifyRequest): boolean {
  return /(^|,)\s*gzip\s*(;\s*q=(0\.\d*[1-9]\d*|1(\.0*)?)\s*)?(,|$)/i.test(
    String(headers['accept-encoding'] ?? ''),
  )
}
