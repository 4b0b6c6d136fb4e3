import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { replaceApplication } from '../../directory/application-replacement.ts'
import {
  createApplication,
  getApplication,
  listApplications,
  type ShownApplication,
} from '../../directory/applications.ts'
import { ClientMetadata } from '../../directory/client-metadata.ts'
import { DEFAULT_PRESENTATION } from '../../directory/presentation.ts'
import {
  activateApplication,
  deactivateApplication,
  deleteApplication,
} from '../../revocation/application-lifecycle.ts'
import { ApplicationPath, ApplicationShown, showApplication } from './application-shown.ts'
import { actorOf } from './authentication.ts'
import { SubmittedKey, submittedKeyOf } from './client-key-shown.ts'
import { readPlace, writePlace } from './cursors.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { cutPage, pageOf, RESPONSES } from './responses.ts'

const DEFAULT_LIMIT = 100
const closed = { additionalProperties: false } as const

const List = Type.Object(
  {
    /** The beginning of a label, in any case. */
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    status: Type.Optional(Type.Enum(['ACTIVE', 'INACTIVE'])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    after: Type.Optional(Type.String({ maxLength: 200 })),
  },
  closed,
)
/** What is left out has its default, as at registration. */
const Settings = Type.Partial(ClientMetadata, closed)
const NewApplication = Type.Object(
  {
    label: Type.String({ maxLength: 100 }),
    status: Type.Optional(Type.Enum(['ACTIVE', 'INACTIVE'])),
    clientId: Type.Optional(Type.String({ maxLength: 100 })),
    settings: Settings,
    keys: Type.Optional(Type.Array(SubmittedKey, { maxItems: 50 })),
  },
  closed,
)
const Replacement = Type.Object({ label: Type.String({ maxLength: 100 }), settings: Settings }, closed)
/** `clientSecret` is one that this very call made; null otherwise. It is shown once. */
const Made = Type.Object({
  ...ApplicationShown.properties,
  clientSecret: Type.Union([Type.String(), Type.Null()]),
})

/** `/applications`: the clients of the organization. `{id}` is the application's id, not its client id. */
export function applications(app: NativeApp, authority: Authority): void {
  app.get(
    '/applications',
    { schema: { querystring: List, response: { 200: pageOf(ApplicationShown), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const { q, status, limit = DEFAULT_LIMIT, after } = request.query
      const found = await listApplications(authority, actor, {
        limit: limit + 1,
        ...(status === undefined ? {} : { status }),
        ...(q === undefined ? {} : { labelPrefix: q.toLowerCase() }),
        ...(after === undefined ? {} : { after: cursorIn(after) }),
      })
      const { items, next } = cutPage(found, limit, ({ createdAt, id }) => writePlace({ key: createdAt, id }))
      return { items: items.map((one) => showApplication(one, mayManage(actor))), next }
    },
  )

  app.post(
    '/applications',
    { schema: { body: NewApplication, response: { 201: Made, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { label, status = 'ACTIVE', clientId, settings, keys } = request.body
      const made = await createApplication(authority, actor, {
        label,
        status,
        metadata: withGrants(settings),
        presentation: DEFAULT_PRESENTATION,
        ...(clientId === undefined ? {} : { clientId }),
        ...(keys === undefined ? {} : { keys: keys.map(submittedKeyOf) }),
      })
      reply.code(201).header('cache-control', 'no-store')
      return showMade(made)
    },
  )

  app.get(
    '/applications/:id',
    { schema: { params: ApplicationPath, response: { 200: ApplicationShown, ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      return showApplication(await getApplication(authority, actor, request.params.id), mayManage(actor))
    },
  )

  app.put(
    '/applications/:id',
    { schema: { params: ApplicationPath, body: Replacement, response: { 200: Made, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { label, settings } = request.body
      const { presentation } = await getApplication(authority, actor, request.params.id)
      const draft = { label, metadata: withGrants(settings), presentation }
      reply.header('cache-control', 'no-store')
      return showMade(await replaceApplication(authority, actor, request.params.id, draft))
    },
  )

  for (const [name, change] of [
    ['activate', activateApplication],
    ['deactivate', deactivateApplication],
  ] as const)
    app.post(
      `/applications/:id/${name}`,
      { schema: { params: ApplicationPath, response: { 200: ApplicationShown, ...RESPONSES } } },
      async (request) => {
        const actor = administratorOf(actorOf(request))
        await change(authority, actor, request.params.id)
        return showApplication(await getApplication(authority, actor, request.params.id), true)
      },
    )

  app.delete(
    '/applications/:id',
    { schema: { params: ApplicationPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      await deleteApplication(authority, administratorOf(actorOf(request)), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function mayManage({ roles }: Actor): boolean {
  return roles.has('organization_admin')
}

function withGrants(settings: Static<typeof Settings>) {
  return { ...settings, grant_types: settings.grant_types ?? (['authorization_code'] as const).slice() }
}

function showMade({ application, clientSecret }: ShownApplication): Static<typeof Made> {
  return { ...showApplication(application, true), clientSecret: clientSecret?.reveal() ?? null }
}

function cursorIn(after: string) {
  const { key, id } = readPlace(after, 'number')
  return { createdAt: Number(key), id }
}
