import type { FastifyRequest } from 'fastify'
import type { Actor, Authority } from '../../authority/index.ts'
import { authenticateApiToken } from '../../directory/api-tokens.ts'
import { DomainError } from '../../errors/index.ts'
import { Secret } from '../../secrets/index.ts'
import { namesAnotherOrganization } from '../organization-host.ts'
import type { NativeApp } from './native-app.ts'

/** The scheme without case (RFC 9110 section 11.1), one space, one credential without white space. */
const SSWS = /^SSWS ([\x21-\x7e]{1,8192})$/i

const actors = new WeakMap<FastifyRequest, Actor>()

/** Settles who asks before anything else of a request is read; what does not exist is told to anybody. */
export function requireActor(app: NativeApp, authority: Authority): void {
  app.addHook('onRequest', async (request) => {
    if (!request.is404) actors.set(request, await authenticate(request, authority))
  })
}

/** The caller of a route. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request)
  if (actor === undefined) throw new DomainError('credentials_missing')
  return actor
}

async function authenticate(request: FastifyRequest, authority: Authority): Promise<Actor> {
  const presented = SSWS.exec(request.headers.authorization ?? '')?.[1]
  if (presented === undefined) throw new DomainError('credentials_missing')
  const actor = await authenticateApiToken(authority, new Secret(presented))
  if (actor === undefined) throw new DomainError('credentials_invalid')
  if (await namesAnotherOrganization(authority, request.hostname, actor))
    throw new DomainError('organization_host_mismatch')
  return actor
}
