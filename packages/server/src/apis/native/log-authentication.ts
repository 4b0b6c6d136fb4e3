import type { FastifyRequest } from 'fastify'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { authenticateFollower, credentialHash, type Follower } from '../../federation/cluster-credentials.ts'
import { Secret } from '../../secrets/index.ts'
import type { NativeApp } from './native-app.ts'

const BEARER = /^Bearer ([\x21-\x7e]{1,256})$/i
/** Nodes whose token is remembered at once: whose it is never changes, and a lease asks whether it still is. */
const MOST_REMEMBERED = 20_000

const followers = new WeakMap<FastifyRequest, Follower>()

/** Settles which cluster, or which of its nodes, asks, before anything else of a request is read. */
export function requireFollower(app: NativeApp, authority: Authority): void {
  const nodes = new Map<string, Follower>()
  app.addHook('onRequest', async (request) => {
    const presented = BEARER.exec(request.headers.authorization ?? '')?.[1]
    if (presented === undefined) throw new DomainError('credentials_missing')
    const secret = new Secret(presented)
    const digest = credentialHash(secret)
    const follower = nodes.get(digest) ?? (await authenticateFollower(authority, secret))
    if (follower === undefined) throw new DomainError('credentials_invalid')
    if (follower.nodeId !== undefined && nodes.size < MOST_REMEMBERED) nodes.set(digest, follower)
    followers.set(request, follower)
  })
}

export function followerOf(request: FastifyRequest): Follower {
  const follower = followers.get(request)
  if (follower === undefined) throw new DomainError('credentials_missing')
  return follower
}
