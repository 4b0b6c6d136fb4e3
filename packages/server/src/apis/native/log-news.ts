import { Type } from '@fastify/type-provider-typebox'
import { compareMarks, formatPosition, type Position } from '@rescind/core/log'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../errors/index.ts'
import type { Follower } from '../../federation/cluster-credentials.ts'
import type { Deliveries } from '../../federation/delivery/deliveries.ts'
import type { SentFrame } from '../../federation/delivery/event-stream.ts'
import type { ViewFeed } from '../../federation/delivery/view-feed.ts'
import { framesOf, readEntries } from '../../log/index.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import { EventChannel } from './event-channel.ts'
import { followerOf } from './log-authentication.ts'
import { BUDGET, FollowQuery, placeAsked } from './log-place.ts'
import { LogSocket } from './log-socket.ts'
import { type Channel, LogStream } from './log-stream.ts'
import type { NativeApp } from './native-app.ts'
import { RESPONSES } from './responses.ts'

/** How long a question for news is held open where there is none, in milliseconds. */
const LONG_POLL = 25_000
/** How far a follower may be behind and still be given every entry; further back, a snapshot is less to send. */
const FURTHEST = 20_000
const PAGE = 500

const Frames = Type.Object({
  view: Type.String(),
  position: Type.String(),
  frames: Type.Array(Type.String()),
})

/** Who follows which view, and from where on. */
interface Beginning {
  readonly follower: Follower
  readonly feed: ViewFeed
  readonly known: Position
}

/**
 * `GET /log?after=N`: what comes after a position; over a WebSocket, over which it is acknowledged as well, as
 * server-sent events or, for JSON, once there is something.
 */
export function news(app: NativeApp, acknowledgements: Acknowledgements): void {
  const { deliveries } = acknowledgements
  app.route<{ Querystring: FollowQuery }>({
    method: 'GET',
    url: '/log',
    schema: { querystring: FollowQuery, response: { 200: Frames, ...RESPONSES } },
    handler: async (request, reply) => {
      const beginning = await begin(request, deliveries)
      if (request.headers.accept?.includes('application/json') === true)
        return poll(reply, beginning, deliveries)
      reply.hijack()
      await deliver(new EventChannel(reply.raw, beginning.feed.sight.version), beginning, deliveries)
      return reply
    },
    wsHandler: async (webSocket, request) => {
      const socket = new LogSocket(webSocket, request.raw.socket, followerOf(request), acknowledgements)
      try {
        await deliver(socket, await begin(request, deliveries), deliveries)
      } catch (failure) {
        socket.refuse(failure)
      }
    },
  })
}

/** @throws DomainError `log_snapshot_due`, `not_found`, `store_unavailable`, and what `placeAsked` throws */
async function begin(
  request: FastifyRequest<{ Querystring: FollowQuery }>,
  deliveries: Deliveries,
): Promise<Beginning> {
  const follower = followerOf(request)
  const { after: asked, digest, view } = request.query
  const resumed = request.headers['last-event-id']
  const after = typeof resumed === 'string' && resumed !== '' ? resumed : asked
  const known = await placeAsked(deliveries.authority, follower, { after, digest })
  const feed = await deliveries.feedOf(follower)
  await feed.reach(known, BUDGET)
  const isOther = view !== undefined && view !== feed.sight.version
  if (isOther || known.incarnation !== feed.position.incarnation || tooFar(feed, known))
    throw new DomainError('log_snapshot_due')
  return { follower, feed, known }
}

function tooFar(feed: ViewFeed, known: Position): boolean {
  return feed.position.seq - known.seq > FURTHEST
}

async function deliver(
  channel: Channel,
  { follower, feed, known }: Beginning,
  deliveries: Deliveries,
): Promise<void> {
  const stream = new LogStream(channel, follower, feed, deliveries, known)
  try {
    let isNew = true
    for (let missed = feed.after(known); stream.isOpen && missed?.length !== 0; isNew = false) {
      // At the follower's own pace: whatever is written beyond that only counts against it.
      for (const frame of missed ?? (await olderFrames(deliveries, feed, stream.position))) {
        stream.take(frame)
        await stream.drained()
      }
      missed = feed.after(stream.position)
    }
    // The first frame says where the view stands, also where nothing is new.
    if (isNew) stream.take(feed.emptyFrame())
    stream.join()
  } catch {
    // The database is not there, or the window has moved on: the follower comes back from where it is.
    stream.cutOff()
  }
}

async function poll(reply: FastifyReply, { follower, feed, known }: Beginning, deliveries: Deliveries) {
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
  return frames.map((frame) => feed.sendable(frame))
}
