import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { publishedKeysInMemory, publishedKeysOf } from '../../keys/issuer-keys.ts'
import type { PublishedDocument } from '../../keys/published-document.ts'
import { JWKS_MAX_AGE } from '../../keys/signing-key-times.ts'
import type { OrganizationsByHost } from '../organization-by-host.ts'
import { hasAlready } from './if-none-match.ts'
import { CUSTOM_ID } from './issuer-routes.ts'

const CACHE_CONTROL = `max-age=${JWKS_MAX_AGE}, must-revalidate`
const Path = Compile(Type.Object({ authServerId: Type.String() }))

/**
 * `GET /oauth2/{authServerId}/v1/keys` and, for an organization's own authorization server, `GET /oauth2/v1/keys`
 * (whose organization the host name tells, else it is `default`). Anybody may read them; `client_id`, which
 * Okta's clients may add, changes nothing.
 */
export function publishedKeys(app: FastifyInstance, authority: Authority, hosts: OrganizationsByHost): void {
  const route = { logLevel: 'silent' } as const
  app.get('/oauth2/:authServerId/v1/keys', route, async (request, reply) => {
    const { authServerId } = Path.Parse(request.params)
    // The organization's own keys have their address below.
    if (!CUSTOM_ID.test(authServerId)) throw new DomainError('not_found')
    return answer(request, reply, await publishedKeysOf(authority, authServerId))
  })
  app.get('/oauth2/v1/keys', route, async (request, reply) => {
    const organizationId = await hosts.organizationOf(request.hostname)
    return answer(request, reply, await publishedKeysOf(authority, organizationId))
  })
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, etag }: PublishedDocument,
): FastifyReply {
  reply.headers({ 'cache-control': CACHE_CONTROL, etag })
  if (hasAlready(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type('application/json').send(body)
}

const CUSTOM_PATH = /^\/oauth2\/(aus[0-9A-Za-z]{17}|default)\/v1\/keys$/

/**
 * Answers the one request that every verifier of the world repeats, before any routing, where the answer lies in
 * memory: a plain GET of a custom authorization server's keys. False means that nothing was answered.
 */
export function publishedKeysShortcut(authority: Authority) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'GET') return false
    const id = CUSTOM_PATH.exec(request.url ?? '')?.[1]
    const document = id === undefined ? undefined : publishedKeysInMemory(authority, id)
    if (document === undefined) return false
    const { body, etag } = document
    if (hasAlready(request.headers['if-none-match'], etag)) {
      response.writeHead(304, { 'cache-control': CACHE_CONTROL, etag }).end()
      return true
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.byteLength,
      'cache-control': CACHE_CONTROL,
      etag,
    })
    response.end(body)
    return true
  }
}
