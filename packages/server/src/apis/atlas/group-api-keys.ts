import { Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { putIntoGroup, takeOutOfGroup } from '../../directory/credentials.ts'
import {
  createDigestKey,
  type DigestKey,
  getDigestKey,
  listDigestKeys,
  updateDigestKey,
} from '../../directory/digest-keys.ts'
import { DomainError } from '../../errors/index.ts'
import { apiKeyShown } from './api-key-shown.ts'
import { ApiKeyDescription, CLOSED, GroupRoles } from './bodies.ts'
import { pageOf } from './pages.ts'
import { inGroup } from './permissions.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasCall, AtlasResource } from './route.ts'

const NewKey = Type.Object({ desc: ApiKeyDescription, roles: GroupRoles }, CLOSED)
const Change = Type.Object(
  { desc: Type.Optional(ApiKeyDescription), roles: Type.Optional(GroupRoles) },
  CLOSED,
)
const Assignments = Type.Array(
  Type.Object({ roles: GroupRoles, userId: Type.Optional(Type.Unknown()) }, CLOSED),
  { minItems: 1, maxItems: 1 },
)

const common = { versions: ['2023-01-01'], limit: RATE_GROUPS.everythingElse } as const
const LIST = '/groups/{groupId}/apiKeys'
const ONE = `${LIST}/{apiUserId}` as const

const shown = (key: DigestKey, { actor, publicUrl }: AtlasCall) =>
  apiKeyShown(key, actor.organizationId, publicUrl)
const isIn = (groupId: string) => (key: DigestKey) =>
  key.memberships.some((membership) => membership.groupId === groupId)
const named = (id: string) => ({ kind: 'digest_key', id }) as const

/** `/groups/{groupId}/apiKeys`: the organization's keys that have roles in a group. */
export const groupApiKeys: AtlasResource = (atlas, authority) => {
  atlas.route(`GET ${LIST}`, {
    ...common,
    permission: inGroup('reader'),
    run: async ({ actor, params: { groupId = '' } }) =>
      (await listDigestKeys(authority, actor)).filter(isIn(groupId)),
    answer: (keys, call) => pageOf(call, keys, (key) => shown(key, call)),
  })

  atlas.route(`POST ${LIST}`, {
    ...common,
    permission: inGroup('owner', 'GROUP_OWNER'),
    body: NewKey,
    run: ({ actor, params: { groupId = '' }, body: { desc, roles } }) =>
      createDigestKey(authority, actor, {
        description: desc,
        roles: ['ORG_MEMBER'],
        group: { groupId, roles },
      }),
    secret: true,
    answer: ({ key, privateKey }, { actor, publicUrl }) =>
      apiKeyShown(key, actor.organizationId, publicUrl, privateKey),
  })

  atlas.route(`POST ${ONE}`, {
    ...common,
    permission: inGroup('owner', 'GROUP_OWNER'),
    body: Assignments,
    async run({ actor, params: { groupId = '', apiUserId = '' }, body: [assignment] }) {
      if (assignment === undefined) return
      await putIntoGroup(authority, actor, named(apiUserId), { groupId, roles: assignment.roles })
    },
    status: 204,
  })

  atlas.route(`PATCH ${ONE}`, {
    ...common,
    permission: inGroup('owner', 'GROUP_OWNER'),
    body: Change,
    async run({ actor, params: { groupId = '', apiUserId = '' }, body: { desc, roles } }) {
      await requireIn(authority, actor, groupId, apiUserId)
      if (roles !== undefined) await putIntoGroup(authority, actor, named(apiUserId), { groupId, roles })
      return updateDigestKey(authority, actor, apiUserId, { description: desc })
    },
    answer: shown,
  })

  atlas.route(`DELETE ${ONE}`, {
    ...common,
    permission: inGroup('owner', 'GROUP_OWNER'),
    run: ({ actor, params: { groupId = '', apiUserId = '' } }) =>
      takeOutOfGroup(authority, actor, named(apiUserId), groupId),
    status: 204,
  })
}

/** A key that is not in the group does not exist there. */
async function requireIn(authority: Authority, actor: Actor, groupId: string, id: string): Promise<void> {
  if (isIn(groupId)(await getDigestKey(authority, actor, id))) return
  throw new DomainError('not_found', { type: 'digest_key', id })
}
