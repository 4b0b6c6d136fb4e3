import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor, Authority } from '../../authority/index.ts'
import { requireNetwork } from '../../directory/access-lists.ts'
import { newNonce } from '../../directory/digest-nonces.ts'
import { DomainError } from '../../errors/index.ts'
import { Secret } from '../../secrets/index.ts'
import { acceptServiceToken, type ServiceTokenServices } from '../../tokens/service-tokens.ts'
import { namesAnotherOrganization } from '../organization-host.ts'
import { judgeDigest, readDigest } from './digest.ts'
import { Challenge } from './errors/challenge.ts'
import { AtlasRefusal, refusal } from './errors/refusal.ts'
import type { FailureLimits } from './failure-limits.ts'

const BEARER = /^bearer +([\x21-\x7e]{1,8192})$/i

const actors = new WeakMap<FastifyRequest, Actor>()

/** Who asks, as settled before anything else of the request was read. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request)
  if (actor === undefined) throw new DomainError('credentials_missing')
  return actor
}

/**
 * Settles who asks: an API key by HTTP digest, or a service account by its access token. Then whether they may come
 * from where they come from. What does not exist is told to anybody.
 */
export function authenticateRequests(
  app: FastifyInstance,
  authority: Authority,
  services: ServiceTokenServices,
  failures: FailureLimits,
): void {
  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const actor = await authenticate(request, authority, services, failures)
    if (await namesAnotherOrganization(authority, request.hostname, actor))
      throw new DomainError('organization_host_mismatch')
    await requireNetwork(authority, actor, request.ip)
    actors.set(request, actor)
  })
}

async function authenticate(
  request: FastifyRequest,
  authority: Authority,
  services: ServiceTokenServices,
  failures: FailureLimits,
): Promise<Actor> {
  const { authorization = '' } = request.headers
  const [, token] = BEARER.exec(authorization) ?? []
  if (token !== undefined) {
    const actor = await acceptServiceToken(authority, services, new Secret(token))
    if (actor === undefined) throw refusal('INVALID_TOKEN')
    return actor
  }
  const parameters = readDigest(authorization)
  if (parameters === undefined) throw new Challenge(await newNonce(authority), false)
  const account = (parameters.get('username') ?? '').slice(0, 64)
  const wait = failures.waitOf(request.ip, account)
  if (wait !== undefined)
    throw new AtlasRefusal({ code: 'TOO_MANY_FAILURES', parameters: [wait], retryAfter: wait })
  const outcome = await judgeDigest(authority, parameters, request)
  if (outcome === 'stale') throw new Challenge(await newNonce(authority), true)
  if (outcome !== 'refused') return outcome.actor
  failures.failed(request.ip, account)
  throw new Challenge(await newNonce(authority), false)
}
