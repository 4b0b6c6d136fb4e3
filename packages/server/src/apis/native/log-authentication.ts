import type { FastifyRequest } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { authenticateFollower, credentialHash, type Follower } from '../../federation/cluster-credentials.ts'
import { Secret } from '../../secrets/index.ts'
import type { NativeApp } from './native-app.ts'

const BEARER = /^Bearer ([\x21-\x7e]{1,256})$/i
/** Nodes whose token is remembered at once; beyond them the oldest is forgotten, and looked up again. */
const MOST_REMEMBERED = 20_000

/** The protocol that is agreed on for a WebSocket (RFC 6455 section 1.9). */
export const LOG_PROTOCOL = 'rescind.log.v1'
/** How a credential stands beside it: a browser's `WebSocket` can say protocols and no headers. */
const IN_PROTOCOLS = /(?:^|,)[ \t]*bearer\.([A-Za-z0-9_-]{1,256})[ \t]*(?:,|$)/

/** A node of a cluster, proved by its token. */
export type ProvedNode = Follower & { readonly nodeId: string }

/**
 * Whose token it is, for nodes that showed theirs before: that never changes, and whether a node is still registered
 * is asked where a lease is granted.
 */
export class KnownNodes {
  readonly #byDigest = new Map<string, ProvedNode>()

  /** Who shows this `Authorization`, if it is a node that is remembered. */
  find(authorization: string | undefined): ProvedNode | undefined {
    const presented = presentedIn(authorization)
    return presented && this.#byDigest.get(credentialHash(presented))
  }

  /** @throws DomainError `credentials_missing`, `credentials_invalid` */
  async authenticate(authority: Authority, authorization: string | undefined): Promise<Follower> {
    const presented = presentedIn(authorization)
    if (presented === undefined) throw new DomainError('credentials_missing')
    const digest = credentialHash(presented)
    const known = this.#byDigest.get(digest)
    if (known !== undefined) return known
    const follower = await authenticateFollower(authority, presented)
    if (follower === undefined) throw new DomainError('credentials_invalid')
    const { nodeId } = follower
    if (nodeId !== undefined) this.#remember(digest, { ...follower, nodeId })
    return follower
  }

  #remember(digest: string, node: ProvedNode): void {
    const [oldest] = this.#byDigest.keys()
    if (oldest !== undefined && this.#byDigest.size >= MOST_REMEMBERED) this.#byDigest.delete(oldest)
    this.#byDigest.set(digest, node)
  }
}

function presentedIn(authorization: string | undefined): Secret | undefined {
  const presented = BEARER.exec(authorization ?? '')?.[1]
  return presented === undefined ? undefined : new Secret(presented)
}

const followers = new WeakMap<FastifyRequest, Follower>()

/** Settles which cluster, or which of its nodes, asks, before anything else of a request is read. */
export function requireFollower(app: NativeApp, authority: Authority, known: KnownNodes): void {
  app.addHook('onRequest', async (request) => {
    followers.set(request, await known.authenticate(authority, authorizationOf(request)))
  })
}

function authorizationOf({ headers, ws }: FastifyRequest): string | undefined {
  const beside = ws ? IN_PROTOCOLS.exec(headers['sec-websocket-protocol'] ?? '')?.[1] : undefined
  return headers.authorization ?? (beside && `Bearer ${beside}`)
}

export function followerOf(request: FastifyRequest): Follower {
  const follower = followers.get(request)
  if (follower === undefined) throw new DomainError('credentials_missing')
  return follower
}
