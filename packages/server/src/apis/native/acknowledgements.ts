import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { formatPosition, parsePosition } from '@rescind/core/log'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../../errors/index.ts'
import { WHEN_STALE } from '../../federation/cluster.ts'
import type { Deliveries } from '../../federation/delivery/deliveries.ts'
import { Leases } from '../../federation/delivery/leases.ts'
import { parseStrictJson } from '../../json/strict-json.ts'
import { refusedBy } from './errors.ts'
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
const USUAL = 512

/** Takes acknowledgements, by whichever way they come in. */
export class Acknowledgements {
  readonly deliveries: Deliveries
  readonly knownNodes = new KnownNodes()
  readonly #leases: Leases

  constructor(deliveries: Deliveries) {
    this.deliveries = deliveries
    this.#leases = new Leases(deliveries)
  }

  /** @throws DomainError `invalid_request`, and what `Leases.acknowledge` throws */
  async take(
    node: ProvedNode,
    { position: text, digest }: Static<typeof Acknowledgement>,
  ): Promise<Static<typeof LeaseBody>> {
    const position = parsePosition(text)
    if (position === undefined)
      throw new DomainError('invalid_request', { '/position': 'must be a position' })
    const place = digest === undefined ? { position } : { position, digest }
    const { head, ...lease } = await this.#leases.acknowledge(node, place)
    return { head: formatPosition(head), ...lease }
  }
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
      const parsed = parseStrictJson(body)
      if (parsed.ok && isAcknowledgement.Check(parsed.value))
        void answer(acknowledgements, node, parsed.value, response)
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
    Number(headers['content-length']) <= USUAL
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
  body: Static<typeof Acknowledgement>,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, 200, {}, await acknowledgements.take(node, body))
  } catch (failure) {
    const { status, headers, body, isOurs } = refusedBy(failure)
    if (isOurs) acknowledgements.deliveries.authority.logger.error({ err: failure, node }, 'failed')
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
