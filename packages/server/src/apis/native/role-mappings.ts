import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Authority } from '../../authority/index.ts'
import type { RoleMapping } from '../../federation/federation.ts'
import {
  createRoleMapping,
  deleteRoleMapping,
  listRoleMappings,
  replaceRoleMapping,
} from '../../federation/role-mappings.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { pageOf, RESPONSES } from './responses.ts'
import { RoleMappingBody } from './role-mapping-body.ts'

const closed = { additionalProperties: false } as const
const ObjectId = Type.String({ pattern: '^[0-9a-f]{24}$' })
const Path = Type.Object({ id: ObjectId, organizationId: ObjectId })
const MappingPath = Type.Object({ id: ObjectId, organizationId: ObjectId, mappingId: ObjectId })
const Settings = Type.Object(
  {
    externalGroupName: Type.String({ minLength: 1, maxLength: 200 }),
    roleAssignments: Type.Array(
      Type.Object(
        {
          role: Type.String({ minLength: 1, maxLength: 64 }),
          orgId: Type.Optional(ObjectId),
          groupId: Type.Optional(ObjectId),
        },
        closed,
      ),
      { maxItems: 100 },
    ),
  },
  closed,
)
const MAPPINGS = '/federations/:id/organizations/:organizationId/role-mappings'

/** `GET·POST /federations/{id}/organizations/{organizationId}/role-mappings`, `PUT·DELETE …/{mappingId}`. */
export function roleMappings(app: NativeApp, authority: Authority): void {
  app.get(
    MAPPINGS,
    { schema: { params: Path, response: { 200: pageOf(RoleMappingBody), ...RESPONSES } } },
    async (request) => {
      const { id, organizationId } = request.params
      const all = await listRoleMappings(authority, readerOf(actorOf(request)), id, organizationId)
      return { items: all.map(represent), next: null }
    },
  )

  app.post(
    MAPPINGS,
    { schema: { params: Path, body: Settings, response: { 201: RoleMappingBody, ...RESPONSES } } },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const { id, organizationId } = request.params
      const mapping = await createRoleMapping(authority, actor, id, organizationId, request.body)
      reply.code(201)
      return represent(mapping)
    },
  )

  app.put(
    `${MAPPINGS}/:mappingId`,
    { schema: { params: MappingPath, body: Settings, response: { 200: RoleMappingBody, ...RESPONSES } } },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { id, organizationId, mappingId } = request.params
      return represent(
        await replaceRoleMapping(authority, actor, id, organizationId, mappingId, request.body),
      )
    },
  )

  app.delete(
    `${MAPPINGS}/:mappingId`,
    { schema: { params: MappingPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, organizationId, mappingId } = request.params
      await deleteRoleMapping(authority, administratorOf(actorOf(request)), id, organizationId, mappingId)
      return reply.code(204).send(null)
    },
  )
}

function represent({ id, externalGroupName, roleAssignments }: RoleMapping): Static<typeof RoleMappingBody> {
  return { id, externalGroupName, roleAssignments: [...roleAssignments] }
}
