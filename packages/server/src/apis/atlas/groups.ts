import { Type } from 'typebox'
import {
  createGroup,
  deleteGroup,
  type Group,
  getGroup,
  listGroups,
  renameGroup,
} from '../../directory/groups.ts'
import { DomainError } from '../../errors/index.ts'
import { CLOSED, Name } from './bodies.ts'
import { atlasTime, pageOf, selfLink } from './pages.ts'
import { inGroup, inOrganization, inOwnOrganization } from './permissions.ts'
import { single } from './query.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'

const Tags = Type.Optional(Type.Array(Type.Unknown(), { maxItems: 0 }))
const NewGroup = Type.Object(
  {
    name: Name,
    orgId: Type.String({ pattern: '^[a-f0-9]{24}$' }),
    regionUsageRestrictions: Type.Optional(
      Type.Enum(['NONE', 'COMMERCIAL_FEDRAMP_REGIONS_ONLY', 'GOV_REGIONS_ONLY']),
    ),
    tags: Tags,
    withDefaultAlertsSettings: Type.Optional(Type.Boolean()),
  },
  CLOSED,
)
const Renamed = Type.Object(
  { name: Type.Optional(Name), tags: Tags, withDefaultAlertsSettings: Type.Optional(Type.Boolean()) },
  CLOSED,
)

const common = { versions: ['2023-01-01'], limit: RATE_GROUPS.everythingElse } as const

/** `/groups`: parts of an organization. They own no clusters. */
export const groups: AtlasResource = (atlas, authority) => {
  for (const place of ['GET /groups', 'GET /orgs/{orgId}/groups'] as const)
    atlas.route(place, {
      ...common,
      permission: place === 'GET /groups' ? inOwnOrganization('member') : inOrganization('member'),
      async run({ actor, values }) {
        const name = (single(values, 'name') ?? '').toLowerCase()
        return (await listGroups(authority, actor)).filter((group) => group.name.toLowerCase().includes(name))
      },
      answer: (rows, call) => pageOf(call, rows, (group) => groupShown(group, call.publicUrl)),
    })

  atlas.route('POST /groups', {
    ...common,
    permission: inOwnOrganization('owner'),
    body: NewGroup,
    async run({ actor, body }) {
      if (body.orgId !== actor.organizationId)
        throw new DomainError('not_found', { type: 'organization', id: body.orgId })
      return createGroup(authority, actor, body.name)
    },
    answer: (group, { publicUrl }) => groupShown(group, publicUrl),
  })

  atlas.route('GET /groups/{groupId}', {
    ...common,
    permission: inGroup('member'),
    run: ({ actor, params: { groupId = '' } }) => getGroup(authority, actor, groupId),
    answer: (group, { publicUrl }) => groupShown(group, publicUrl),
  })

  atlas.route('PATCH /groups/{groupId}', {
    ...common,
    permission: inGroup('owner', 'GROUP_OWNER'),
    body: Renamed,
    run: ({ actor, params: { groupId = '' }, body: { name } }) =>
      name === undefined ? getGroup(authority, actor, groupId) : renameGroup(authority, actor, groupId, name),
    answer: (group, { publicUrl }) => groupShown(group, publicUrl),
  })

  atlas.route('DELETE /groups/{groupId}', {
    ...common,
    permission: inGroup('owner', 'GROUP_OWNER'),
    run: ({ actor, params: { groupId = '' } }) => deleteGroup(authority, actor, groupId),
    status: 204,
  })
}

function groupShown({ id, organizationId, name, createdAt }: Group, publicUrl: string) {
  return {
    clusterCount: 0,
    created: atlasTime(createdAt),
    id,
    links: selfLink(publicUrl, `/groups/${id}`),
    name,
    orgId: organizationId,
  }
}
