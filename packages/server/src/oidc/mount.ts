import { IncomingMessage, type ServerResponse } from 'node:http'
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

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

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
          return handOver(issuer, request, reply, providers)
        },
      )
      scope.all(`/oauth2/v1/${endpoint}`, async (request, reply) => {
        const issuer = await providers.ready(await organizationOf(request))
        return handOver(issuer, request, reply, providers)
      })
    }
    scope.get<{ Params: { issuerId: string } }>(
      '/oauth2/:issuerId/.well-known/:document',
      async (request, reply) =>
        handOver(await providers.ready(request.params.issuerId), request, reply, providers),
    )
    // RFC 8414 section 3.1: the path of an issuer comes after the well-known part.
    scope.get<{ Params: { issuerId: string } }>(
      '/.well-known/oauth-authorization-server/oauth2/:issuerId',
      async (request, reply) => {
        const issuer = await providers.ready(request.params.issuerId)
        request.raw.url = `/oauth2/${request.params.issuerId}/.well-known/oauth-authorization-server`
        return handOver(issuer, request, reply, providers)
      },
    )
    scope.get('/.well-known/openid-configuration', async (request, reply) =>
      handOver(await providers.ready(await organizationOf(request)), request, reply, providers),
    )
    scope.get('/.well-known/oauth-authorization-server', async (request, reply) =>
      handOver(await providers.ready(await organizationOf(request)), request, reply, providers),
    )
  })
}

async function handOver(
  issuer: ReadyIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
  providers: Providers,
): Promise<FastifyReply> {
  const { raw } = request
  const source = { ip: request.ip, userAgent: request.headers['user-agent'] ?? null }
  const url = raw.url ?? '/'
  const first = new OidcRequest(issuer.place, source)
  reply.hijack()
  await attempt(issuer, first, raw, reply.raw, url)
  if (first.repeatWith === undefined) return reply
  for (const name of reply.raw.getHeaderNames()) reply.raw.removeHeader(name)
  try {
    const fresh = await providers.ready(issuer.issuerId)
    const second = new OidcRequest(fresh.place, source, first)
    await attempt(fresh, second, withBody(raw, first.repeatWith), reply.raw, url)
  } catch (failure) {
    request.log.error({ err: failure }, 'failed')
    reply.raw.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
    reply.raw.end('{"error":"temporarily_unavailable"}')
  }
  return reply
}

async function attempt(
  { issuer, provider }: ReadyIssuer,
  context: OidcRequest,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<void> {
  placeAtIssuer(request, issuer, url)
  const handler: Handler = provider.callback()
  await duringRequest(context, () => handler(request, response))
}

/** The same request once more: the body of the first has been read. */
function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const again = new IncomingMessage(request.socket)
  again.method = request.method ?? 'POST'
  again.headers = { ...request.headers, 'content-length': String(body.length) }
  delete again.headers['transfer-encoding']
  // An incomplete message would take the connection with it when it is done with.
  again.complete = true
  again.push(body)
  again.push(null)
  return again
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
