import { Type } from '@fastify/type-provider-typebox'
import { formatPosition } from '@rescind/core/log'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { ProgressDocument } from '../../revocation/effect/document.ts'
import { followEffect, type Progress } from '../../revocation/effect/progress.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'

/** Who watches is told for so long, and then comes back with what it may still do. Milliseconds. */
const LONGEST = 900_000
const LONG_POLL = 25_000
const KEEP_ALIVE = 15_000
/** Streams that this process has open at once: each looks at the database a few times a second. */
const MOST_STREAMS = 200

const Query = Type.Object(
  { after: Type.Optional(Type.String({ pattern: '^[0-9a-f]{24}$' })) },
  { additionalProperties: false },
)
/**
 * `GET /revocations/{id}/progress`: server-sent events, `progress` at once and after each change, `complete` last;
 * `Last-Event-ID` resumes. With `Accept: application/json` one frame, held back until there is another than `after`.
 */
export function progress(app: NativeApp, authority: Authority): void {
  const streams = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const stream of streams) stream.abort()
  })
  app.get(
    '/revocations/:id/progress',
    {
      schema: {
        params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 1024 }) }),
        querystring: Query,
        response: { 200: ProgressDocument, ...RESPONSES },
      },
    },
    async (request, reply) => {
      const actor = readerOf(actorOf(request))
      if (streams.size >= MOST_STREAMS) throw new DomainError('rate_limited')
      const isPolled = request.headers.accept?.includes('application/json') === true
      const stream = new AbortController()
      const timer = setTimeout(() => stream.abort(), isPolled ? LONG_POLL : LONGEST)
      const gone = () => stream.abort()
      streams.add(stream)
      reply.raw.once('close', gone)
      try {
        const known = request.query.after ?? resumedFrom(request)
        const frames = followEffect(authority, actor, request.params.id, stream.signal, known)
        // What there is not is refused in the usual words, before a stream begins.
        const first = (await frames.next()).value ?? undefined
        if (isPolled) return await polled(reply, authority, actor, request.params.id, first)
        await send(reply, frames, first, stream.signal)
        return reply
      } finally {
        clearTimeout(timer)
        reply.raw.off('close', gone)
        streams.delete(stream)
        stream.abort()
      }
    },
  )
}

function resumedFrom({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id']
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** Nothing new in time: how it stands, so that the caller need not remember. */
async function polled(
  reply: FastifyReply,
  authority: Authority,
  actor: Actor,
  id: string,
  news: Progress | undefined,
) {
  reply.header('cache-control', 'no-store')
  if (news !== undefined) return frameOf(news)
  const now = await followEffect(authority, actor, id, AbortSignal.timeout(LONG_POLL)).next()
  if (now.value === undefined) throw new DomainError('store_unavailable')
  return frameOf(now.value)
}

async function send(
  reply: FastifyReply,
  frames: AsyncGenerator<Progress, void>,
  first: Progress | undefined,
  signal: AbortSignal,
): Promise<void> {
  reply.hijack()
  const response = reply.raw
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  const keepAlive = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE)
  try {
    for (let news = first; news !== undefined; news = (await frames.next()).value ?? undefined) {
      const event = news.hasReceipt ? 'complete' : 'progress'
      const written = response.write(
        `id: ${news.version}\nevent: ${event}\ndata: ${JSON.stringify(frameOf(news))}\n\n`,
      )
      // Whoever reads slowly is not shown what it would have missed anyway.
      if (!written && !signal.aborted) await drained(response, signal)
    }
  } catch {
    // The database is not there: whoever watches comes back.
  } finally {
    clearInterval(keepAlive)
    response.end()
  }
}

function drained(response: FastifyReply['raw'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function frameOf({ version, revocation, entry, effect, hasReceipt }: Progress): ProgressDocument {
  return {
    version,
    id: revocation.id,
    position: formatPosition(entry.position),
    at: new Date(revocation.at).toISOString(),
    effect,
    complete: hasReceipt,
  }
}
