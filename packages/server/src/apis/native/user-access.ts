import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { requireUserRow } from '../../directory/users.ts'
import { DomainError } from '../../errors/index.ts'
import type { Knowledge } from '../../log/index.ts'
import { applicationsOf, sessionsOf } from '../../oidc/pages/account-data.ts'
import { endSession } from '../../oidc/sessions.ts'
import { type Consent, listConsents, revokeAllConsents, revokeConsents } from '../../revocation/consents.ts'
import { endUserSessions } from '../../revocation/user-sessions.ts'
import { findApplicationByClientId } from '../../store/queries/applications.ts'
import { findSessionRow } from '../../store/queries/oidc-records.ts'
import { judgeOver } from '../../tokens/judging.ts'
import { actorOf, consoleSessionOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { RESPONSES } from './responses.ts'
import { timeText } from './times.ts'
import { UserPath } from './user-shown.ts'

const Nullable = Type.Union([Type.String(), Type.Null()])
const closed = { additionalProperties: false } as const
const listOf = <Item extends ReturnType<typeof Type.Object>>(item: Item) =>
  Type.Object({ items: Type.Array(item) })

const Session = Type.Object({
  id: Type.String(),
  signedInAt: Type.String(),
  expiresAt: Type.String(),
  ip: Nullable,
  userAgent: Nullable,
  /** The one that the caller signed in to the console by. */
  isYours: Type.Boolean(),
})
const SessionPath = Type.Object({ ...UserPath.properties, session: Type.String({ maxLength: 200 }) })
const Application = Type.Object({
  clientId: Type.String(),
  label: Type.String(),
  scopes: Type.Array(Type.String()),
  tokens: Type.Integer(),
})
const Grant = Type.Object({
  application: Type.String(),
  applicationName: Type.String(),
  authorizationServer: Type.String(),
  scopes: Type.Array(Type.String()),
  createdAt: Type.String(),
})

/** What acts for a user: sessions, applications, and what the user has allowed them. */
export function userAccess(app: NativeApp, authority: Authority, knowledge: Knowledge): void {
  const contextOf = async (actor: Actor) => {
    const { organizationId } = actor
    return { authority, organizationId, judge: judgeOver(await knowledge.confirm(organizationId)) }
  }
  const userIn = (actor: Actor, reference: string) =>
    authority.store.read({ organizationId: actor.organizationId }, (tx) =>
      requireUserRow(tx, actor, reference),
    )

  app.get(
    '/users/:id/sessions',
    { schema: { params: UserPath, response: { 200: listOf(Session), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { id } = await userIn(actor, request.params.id)
      const own = consoleSessionOf(request)?.sid ?? ''
      const sessions = await sessionsOf(await contextOf(actor), id, own)
      return {
        items: sessions.map(({ sid, signedInAt, expiresAt, ip, userAgent, isThis }) => ({
          id: sid,
          signedInAt: timeText(signedInAt),
          expiresAt: timeText(expiresAt),
          ip,
          userAgent,
          isYours: isThis,
        })),
      }
    },
  )

  app.delete(
    '/users/:id/sessions/:session',
    { schema: { params: SessionPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const user = await userIn(actor, request.params.id)
      const { session } = request.params
      const row = await authority.store.read({ organizationId: actor.organizationId }, (tx) =>
        findSessionRow(tx, session),
      )
      if (row?.user_id !== user.id) throw new DomainError('not_found', { type: 'session', id: session })
      await endSession(authority, actor, session)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/users/:id/sessions',
    {
      schema: {
        params: UserPath,
        querystring: Type.Object({ tokens: Type.Optional(Type.Boolean()) }, closed),
        response: { 204: Type.Null(), ...RESPONSES },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { tokens = false } = request.query
      await endUserSessions(authority, actor, request.params.id, { tokens })
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/users/:id/applications',
    { schema: { params: UserPath, response: { 200: listOf(Application), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { id } = await userIn(actor, request.params.id)
      const found = await applicationsOf(await contextOf(actor), id)
      return { items: found.map(({ scopes, ...application }) => ({ ...application, scopes: [...scopes] })) }
    },
  )

  app.get(
    '/users/:id/grants',
    { schema: { params: UserPath, response: { 200: listOf(Grant), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const index = await knowledge.confirm(actor.organizationId)
      const consents = await listConsents(authority, index, actor, { user: request.params.id })
      return { items: await represent(authority, actor, consents) }
    },
  )

  app.delete(
    '/users/:id/grants',
    {
      schema: {
        params: UserPath,
        querystring: Type.Object({ application: Type.Optional(Type.String({ maxLength: 200 })) }, closed),
        response: { 204: Type.Null(), ...RESPONSES },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { application: client } = request.query
      const user = request.params.id
      if (client === undefined)
        await revokeAllConsents(authority, await knowledge.confirm(actor.organizationId), actor, user)
      else await revokeConsents(authority, actor, { user, client })
      return reply.code(204).send(null)
    },
  )
}

/** The consents of a user by application and authorization server: a person thinks of those, not of one scope. */
async function represent(
  authority: Authority,
  actor: Actor,
  consents: readonly Consent[],
): Promise<Static<typeof Grant>[]> {
  const grouped = Map.groupBy(consents, ({ client, issuerId }) => `${client} ${issuerId}`)
  return authority.store.read({ organizationId: actor.organizationId }, async (tx) => {
    const shown: Static<typeof Grant>[] = []
    for (const [first, ...others] of grouped.values()) {
      if (first === undefined) continue
      const row = await findApplicationByClientId(tx, first.client)
      shown.push({
        application: first.client,
        applicationName: row?.label ?? first.client,
        authorizationServer: first.issuerId,
        scopes: [...new Set([first, ...others].map(({ scope }) => scope))],
        createdAt: timeText(Math.min(...[first, ...others].map(({ createdAt }) => createdAt))),
      })
    }
    return shown
  })
}
