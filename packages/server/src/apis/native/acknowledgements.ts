import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { formatPosition, parsePosition } from '@rescind/core/log'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { WHEN_STALE } from '../../federation/cluster.ts'
import type { Follower } from '../../federation/cluster-credentials.ts'
import type { Deliveries } from '../../federation/delivery/deliveries.ts'
import { type Lease, Leases } from '../../federation/delivery/leases.ts'
import { parseStrictJson } from '../../json/strict-json.ts'
import type { KnownPlace } from '../../log/index.ts'
import { type Refused, refusedBy } from './errors.ts'
import { KnownNodes, type ProvedNode } from './log-authentication.ts'

export const Acknowledgement = Type.Object(
  {
    position: Type.String({ maxLength: 64 }),
    digest: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  { additionalProperties: false },
)
export const LeaseBody = Type.Object({
  head: Type.String(),
  view: Type.String(),
  maxStaleness: Type.Integer(),
  whenStale: Type.Enum(WHEN_STALE),
})
const isAcknowledgement = Compile(Acknowledgement)

const PATH = '/api/rescind/v1/log/ack'
/** An acknowledgement as verifiers write it has less than 200 bytes. */
export const LONGEST_ACKNOWLEDGEMENT = 512

/** Takes acknowledgements, by whichever way they come in. */
export class Acknowledgements {
  readonly deliveries: Deliveries
  readonly knownNodes = new KnownNodes()
  readonly #leases: Leases
  /** Thousands of nodes say the same at once: read once. */
  #last: { readonly bytes: Buffer; readonly place: KnownPlace } | undefined

  constructor(deliveries: Deliveries) {
    this.deliveries = deliveries
    this.#leases = new Leases(deliveries)
  }

  /** @throws DomainError what `Leases.acknowledge` throws */
  take(node: ProvedNode, place: KnownPlace): Promise<Lease> {
    return this.#leases.acknowledge(node, place)
  }

  /** What a follower is told of a failure, which stands in the server's own log where it is a fault of ours. */
  refuse(follower: Follower, failure: unknown): Refused {
    const refused = refusedBy(failure)
    if (refused.isOurs) this.deliveries.authority.logger.error({ err: failure, node: follower }, 'failed')
    return refused
  }

  /** The place that bytes acknowledge; `undefined` where they are not written as they should. */
  placeIn(bytes: Uint8Array): KnownPlace | undefined {
    if (this.#last?.bytes.equals(bytes)) return this.#last.place
    const parsed = parseStrictJson(bytes)
    const place = parsed.ok && isAcknowledgement.Check(parsed.value) ? placeOf(parsed.value) : undefined
    if (place !== undefined) this.#last = { bytes: Buffer.from(bytes), place }
    return place
  }
}

export function placeOf({ position: text, digest }: Static<typeof Acknowledgement>): KnownPlace | undefined {
  const position = parsePosition(text)
  return position && (digest === undefined ? { position } : { position, digest })
}

export function leaseBody({ head, ...contract }: Lease): Static<typeof LeaseBody> {
  return { head: formatPosition(head), ...contract }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Answers the request that thousands of nodes make at once after each revocation, and every few seconds otherwise,
 * before any routing: a plain acknowledgement of a node that is known here. All that is unusual in a request goes the
 * ordinary way, so what is refused and in which words is told in one place. False means that this one has to.
 */
export function acknowledgementShortcut(acknowledgements: Acknowledgements, ordinary: Handler) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'POST' || request.url !== PATH || !isPlain(request)) return false
    const node = acknowledgements.knownNodes.find(request.headers.authorization)
    if (node === undefined) return false
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const body = Buffer.concat(chunks)
      const place = acknowledgements.placeIn(body)
      if (place !== undefined) void answer(acknowledgements, node, place, response)
      else {
        taken.set(request, body)
        ordinary(request, response)
      }
    })
    return true
  }
}

/** A body of JSON, short and of a length that is known, from somebody who waits for nothing before it is sent. */
function isPlain({ headers }: IncomingMessage): boolean {
  return (
    headers['content-type'] === 'application/json' &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    Number(headers['content-length']) <= LONGEST_ACKNOWLEDGEMENT
  )
}

const taken = new WeakMap<IncomingMessage, Buffer>()

/** The body of a request that the shortcut has read and then left to the ordinary way. */
export function bodyTaken(request: IncomingMessage): Readable | undefined {
  const body = taken.get(request)
  return body && Readable.from([body])
}

async function answer(
  acknowledgements: Acknowledgements,
  node: ProvedNode,
  place: KnownPlace,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, 200, {}, leaseBody(await acknowledgements.take(node, place)))
  } catch (failure) {
    const { status, headers, body } = acknowledgements.refuse(node, failure)
    send(response, status, headers, body)
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number>>,
  body: object,
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}
