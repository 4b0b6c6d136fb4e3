import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { DomainError } from '../../errors/index.ts'
import { connectOrganization, disconnectOrganization } from '../../federation/connect-organization.ts'
import {
  listConnectedOrganizations,
  patchConnectedOrganization,
} from '../../federation/connected-organizations.ts'
import { addDomain, listDomains, removeDomain } from '../../federation/domains.ts'
import type { ConnectedOrganization, Federation, FederationDomain } from '../../federation/federation.ts'
import {
  createFederation,
  deleteFederation,
  federationOfActor,
  getFederation,
} from '../../federation/federations.ts'
import { actorOf } from './authentication.ts'
import type { NativeApp } from './native-app.ts'
import { administratorOf, readerOf } from './permissions.ts'
import { pageOf, RESPONSES } from './responses.ts'
import { RoleMappingBody } from './role-mapping-body.ts'

const closed = { additionalProperties: false } as const
const ObjectId = Type.String({ pattern: '^[0-9a-f]{24}$' })
const Nullable = Type.Union([Type.String(), Type.Null()])
const Path = Type.Object({ id: ObjectId })
const OrganizationPath = Type.Object({ id: ObjectId, organizationId: ObjectId })
const DomainPath = Type.Object({ id: ObjectId, domain: Type.String({ maxLength: 253 }) })

const DomainBody = Type.Object({
  name: Type.String(),
  status: Type.Enum(['PENDING', 'VERIFIED']),
  createdAt: Type.String(),
  verifiedAt: Nullable,
})
const FederationBody = Type.Object({
  id: Type.String(),
  createdAt: Type.String(),
  domains: Type.Array(DomainBody),
  organizations: Type.Array(Type.String()),
})
const Texts = Type.Array(Type.String({ maxLength: 253 }), { maxItems: 1_000 })
const OrganizationBody = Type.Object({
  organizationId: Type.String(),
  identityProvider: Nullable,
  identityProviders: Type.Array(Type.String()),
  domainRestrictionEnabled: Type.Boolean(),
  domainAllowList: Type.Array(Type.String()),
  postAuthRoleGrants: Type.Array(Type.String()),
  roleMappings: Type.Array(RoleMappingBody),
  connectedAt: Type.String(),
})
/** What an organization is connected to and how; without a body it is only connected. */
const Connection = Type.Union([
  // What Fastify judges in the place of a body that is not there.
  Type.Null(),
  Type.Object(
    {
      /** Through which people come to the user interface. */
      identityProvider: Type.Optional(Type.Union([ObjectId, Type.Null()])),
      /** Whose tokens its clusters take. */
      identityProviders: Type.Optional(Type.Array(ObjectId, { maxItems: 100 })),
      domainRestrictionEnabled: Type.Optional(Type.Boolean()),
      domainAllowList: Type.Optional(Texts),
      postAuthRoleGrants: Type.Optional(Texts),
    },
    closed,
  ),
])

/**
 * `POST·GET /federations`, `GET·DELETE /federations/{id}`, `GET /federations/{id}/organizations`,
 * `PUT·DELETE …/organizations/{organizationId}`, `POST·GET …/domains`, `DELETE …/domains/{domain}`.
 */
export function federations(app: NativeApp, authority: Authority): void {
  app.post(
    '/federations',
    { schema: { response: { 201: FederationBody, ...RESPONSES } } },
    async (request, reply) => {
      const federation = await createFederation(authority, administratorOf(actorOf(request)))
      reply.code(201)
      return represent(federation)
    },
  )

  app.get(
    '/federations',
    { schema: { response: { 200: pageOf(FederationBody), ...RESPONSES } } },
    async (request) => {
      const federation = await federationOfActor(authority, readerOf(actorOf(request)))
      return { items: federation === undefined ? [] : [represent(federation)], next: null }
    },
  )

  app.get(
    '/federations/:id',
    { schema: { params: Path, response: { 200: FederationBody, ...RESPONSES } } },
    async (request) =>
      represent(await getFederation(authority, readerOf(actorOf(request)), request.params.id)),
  )

  app.delete(
    '/federations/:id',
    { schema: { params: Path, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      await deleteFederation(authority, administratorOf(actorOf(request)), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/federations/:id/organizations',
    { schema: { params: Path, response: { 200: pageOf(OrganizationBody), ...RESPONSES } } },
    async (request) => {
      const actor = readerOf(actorOf(request))
      const all = await listConnectedOrganizations(authority, actor, request.params.id)
      return { items: all.map(representOrganization), next: null }
    },
  )

  app.put(
    '/federations/:id/organizations/:organizationId',
    {
      schema: {
        params: OrganizationPath,
        body: Connection,
        response: { 200: OrganizationBody, ...RESPONSES },
      },
    },
    async (request) => {
      const actor = administratorOf(actorOf(request))
      const { id, organizationId } = request.params
      await connectOrganization(authority, actor, id, organizationId)
      const { body } = request
      if (!body) return representOrganization(await connectionOf(authority, actor, id, organizationId))
      const change = {
        identityProviderId: body.identityProvider,
        dataAccessIdentityProviderIds: body.identityProviders,
        domainRestrictionEnabled: body.domainRestrictionEnabled,
        domainAllowList: body.domainAllowList,
        postAuthRoleGrants: body.postAuthRoleGrants,
      }
      return representOrganization(
        await patchConnectedOrganization(authority, actor, id, organizationId, change),
      )
    },
  )

  app.delete(
    '/federations/:id/organizations/:organizationId',
    { schema: { params: OrganizationPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, organizationId } = request.params
      await disconnectOrganization(authority, administratorOf(actorOf(request)), id, organizationId)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/federations/:id/domains',
    {
      schema: {
        params: Path,
        body: Type.Object({ name: Type.String({ maxLength: 253 }) }, closed),
        response: { 201: DomainBody, ...RESPONSES },
      },
    },
    async (request, reply) => {
      const actor = administratorOf(actorOf(request))
      const domain = await addDomain(authority, actor, request.params.id, request.body.name)
      reply.code(201)
      return representDomain(domain)
    },
  )

  app.get(
    '/federations/:id/domains',
    { schema: { params: Path, response: { 200: pageOf(DomainBody), ...RESPONSES } } },
    async (request) => {
      const domains = await listDomains(authority, readerOf(actorOf(request)), request.params.id)
      return { items: domains.map(representDomain), next: null }
    },
  )

  app.delete(
    '/federations/:id/domains/:domain',
    { schema: { params: DomainPath, response: { 204: Type.Null(), ...RESPONSES } } },
    async (request, reply) => {
      const { id, domain } = request.params
      await removeDomain(authority, administratorOf(actorOf(request)), id, domain)
      return reply.code(204).send(null)
    },
  )
}

/** How an organization is connected: everybody in a federation may see. */
async function connectionOf(
  authority: Authority,
  actor: Actor,
  federationId: string,
  organizationId: string,
): Promise<ConnectedOrganization> {
  const all = await listConnectedOrganizations(authority, actor, federationId)
  const connected = all.find((one) => one.organizationId === organizationId)
  if (connected !== undefined) return connected
  throw new DomainError('not_found', { type: 'organization', id: organizationId })
}

function represent({ id, createdAt, domains, organizationIds }: Federation): Static<typeof FederationBody> {
  return {
    id,
    createdAt: new Date(createdAt).toISOString(),
    domains: domains.map(representDomain),
    organizations: [...organizationIds],
  }
}

function representDomain({
  name,
  status,
  createdAt,
  verifiedAt,
}: FederationDomain): Static<typeof DomainBody> {
  return {
    name,
    status,
    createdAt: new Date(createdAt).toISOString(),
    verifiedAt: verifiedAt === null ? null : new Date(verifiedAt).toISOString(),
  }
}

function representOrganization(one: ConnectedOrganization): Static<typeof OrganizationBody> {
  return {
    organizationId: one.organizationId,
    identityProvider: one.identityProviderId,
    identityProviders: [...one.dataAccessIdentityProviderIds],
    domainRestrictionEnabled: one.domainRestrictionEnabled,
    domainAllowList: [...one.domainAllowList],
    postAuthRoleGrants: [...one.postAuthRoleGrants],
    roleMappings: one.roleMappings.map(({ id, externalGroupName, roleAssignments }) => ({
      id,
      externalGroupName,
      roleAssignments: [...roleAssignments],
    })),
    connectedAt: new Date(one.connectedAt).toISOString(),
  }
}
