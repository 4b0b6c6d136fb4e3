import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authority } from '../authority/index.ts'
import { mountPages } from './pages/mount.ts'
import type { Providers, ReadyIssuer } from './providers.ts'
import { duringRequest, OidcRequest } from './request.ts'

/** The endpoints that the OpenID library answers, below `…/v1`. Keys, introspection, revocation and userinfo are ours. */
const ENDPOINTS = [
  'authorize',
  'authorize/:uid',
  'token',
  'logout',
  'logout/confirm',
  'logout/success',
  'device',
  'device/:uid',
  'device/authorize',
  'par',
] as const

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface MountOptions {
  readonly authority: Authority
  readonly providers: Providers
  /** Which organization's own authorization server a request without an id in its path means. */
  organizationOf(request: FastifyRequest): Promise<string>
}

/**
 * Hands requests over to the OpenID library, each with a place for its knowledge. The library reads bodies itself,
 * so this plugin parses none.
 */
export function mountProviders(
  app: FastifyInstance,
  { authority, providers, organizationOf }: MountOptions,
): void {
  mountPages(app, {
    authority,
    ready: async (request, issuerId) => providers.ready(issuerId ?? (await organizationOf(request))),
  })
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const endpoint of ENDPOINTS) {
      scope.all<{ Params: { issuerId: string } }>(
        `/oauth2/:issuerId/v1/${endpoint}`,
        async (request, reply) => {
          const issuer = await providers.ready(request.params.issuerId)
          return handOver(issuer, request, reply)
        },
      )
      scope.all(`/oauth2/v1/${endpoint}`, async (request, reply) => {
        const issuer = await providers.ready(await organizationOf(request))
        return handOver(issuer, request, reply)
      })
    }
    scope.get<{ Params: { issuerId: string } }>(
      '/oauth2/:issuerId/.well-known/:document',
      async (request, reply) => handOver(await providers.ready(request.params.issuerId), request, reply),
    )
    scope.get('/.well-known/openid-configuration', async (request, reply) =>
      handOver(await providers.ready(await organizationOf(request)), request, reply),
    )
    scope.get('/.well-known/oauth-authorization-server', async (request, reply) =>
      handOver(await providers.ready(await organizationOf(request)), request, reply),
    )
  })
}

function handOver(issuer: ReadyIssuer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { raw } = request
  const context = new OidcRequest(issuer.place, {
    ip: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
  })
  placeAtIssuer(raw, issuer.issuer, raw.url ?? '/')
  const handler: Handler = issuer.provider.callback()
  reply.hijack()
  duringRequest(context, () => handler(raw, reply.raw))
  return reply
}

/**
 * The library makes its own address from the request. It is the issuer's, whatever the request says of itself: a
 * proxy may end TLS, and a `Host` can be anything. Below the issuer's path the library has its endpoints.
 */
function placeAtIssuer(request: IncomingMessage, issuer: string, url: string): void {
  const { protocol, host } = new URL(issuer)
  request.headers['x-forwarded-proto'] = protocol.slice(0, -1)
  request.headers['x-forwarded-host'] = host
  Object.defineProperty(request, 'originalUrl', { value: url, configurable: true })
  request.url = belowIssuer(issuer, url)
}

/** The library knows its endpoints below its issuer's path. */
function belowIssuer(issuer: string, url: string): string {
  const { pathname } = new URL(issuer)
  return pathname !== '/' && url.startsWith(pathname) ? url.slice(pathname.length) : url
}
