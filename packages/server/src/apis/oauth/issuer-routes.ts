import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../../errors/index.ts'
import type { Issuers, KnownIssuer } from '../../tokens/issuers.ts'
import type { FailedAttempts } from '../failed-attempts.ts'
import type { OrganizationsByHost } from '../organization-by-host.ts'

/** What an authorization server's id can be; an organization's is another form. */
export const CUSTOM_ID = /^(?:aus[0-9A-Za-z]{17}|default)$/

const Path = Compile(Type.Object({ authServerId: Type.String() }))

type Answer = (issuer: KnownIssuer, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export interface IssuerRoutes {
  readonly issuers: Issuers
  readonly hosts: OrganizationsByHost
  readonly attempts: FailedAttempts
}

/**
 * An endpoint of every issuer: `/oauth2/{authServerId}/v1/{name}`, and `/oauth2/v1/{name}` for an organization's own
 * authorization server, which the host name tells. What is known is confirmed after the request arrived.
 */
export function issuerRoute(
  app: FastifyInstance,
  { issuers, hosts }: IssuerRoutes,
  method: 'GET' | 'POST' | readonly ['GET', 'POST'],
  name: string,
  answer: Answer,
): void {
  const options = { method: typeof method === 'string' ? method : [...method] }
  app.route({
    ...options,
    url: `/oauth2/:authServerId/v1/${name}`,
    async handler(request, reply) {
      const { authServerId } = Path.Parse(request.params)
      // The organization's own endpoints have their address below.
      if (!CUSTOM_ID.test(authServerId)) throw new DomainError('not_found')
      return answer(await issuers.know(authServerId), request, reply)
    },
  })
  app.route({
    ...options,
    url: `/oauth2/v1/${name}`,
    async handler(request, reply) {
      return answer(await issuers.know(await hosts.organizationOf(request.hostname)), request, reply)
    },
  })
}
