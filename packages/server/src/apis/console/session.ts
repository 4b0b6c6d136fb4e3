import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { type Authority, VERSION } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { type ConsoleAccess, consoleCookie } from '../console-access.ts'
import { cookieLine } from './sign-in.ts'

const Session = Type.Object({
  user: Type.Object({
    id: Type.String(),
    login: Type.String(),
    displayName: Type.Union([Type.String(), Type.Null()]),
  }),
  organization: Type.Object({ id: Type.String(), name: Type.String(), subdomain: Type.String() }),
  roles: Type.Array(Type.String()),
  canManage: Type.Boolean(),
  /** To be sent back as `x-rescind-csrf` with every change. */
  csrf: Type.String(),
  signedInAt: Type.String(),
  idleExpiresAt: Type.String(),
  expiresAt: Type.String(),
  publicUrl: Type.String(),
  version: Type.String(),
})

/** `GET /console/session`, `POST /console/sign-out`: what the console's page asks of its own session. */
export function session(authority: Authority, access: ConsoleAccess): FastifyPluginAsyncTypebox {
  return async (app) => {
    // Nothing here has a body; what somebody sends all the same is not looked at.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null))
    app.get('/console/session', { schema: { response: { 200: Session } } }, async (request, reply) => {
      secretly(reply)
      const found = await access.sessionOf(request)
      if (found === undefined) throw new DomainError('credentials_missing')
      const { actor, displayName, organization, startedAt, idleEndsAt, endsAt, origin } = found
      return {
        user: { id: actor.userId, login: actor.name, displayName },
        organization,
        roles: [...actor.roles],
        canManage: actor.roles.has('organization_admin'),
        csrf: await access.sessions.csrfToken(found),
        signedInAt: new Date(startedAt).toISOString(),
        idleExpiresAt: new Date(idleEndsAt).toISOString(),
        expiresAt: new Date(endsAt).toISOString(),
        publicUrl: origin,
        version: VERSION,
      }
    })

    app.post('/console/sign-out', async (request, reply) => {
      secretly(reply)
      const found = await access.sessionOf(request)
      if (found === undefined) throw new DomainError('credentials_missing')
      await access.sessions.end(found)
      const cookie = consoleCookie(authority.publicUrl)
      if (cookie !== undefined)
        reply.header('set-cookie', cookieLine(cookie, 'rescind', '', { sameSite: 'Strict', maxAge: 0 }))
      return reply.code(204).send()
    })
  }
}

function secretly(reply: FastifyReply): void {
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', vary: 'cookie' })
}
