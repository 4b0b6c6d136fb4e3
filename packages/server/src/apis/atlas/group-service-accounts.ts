import { Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import {
  extendAccessList,
  getAccessList,
  listGroupsOf,
  putIntoGroup,
  shortenAccessList,
  takeOutOfGroup,
} from '../../directory/credentials.ts'
import type { GroupRole } from '../../directory/granted-roles.ts'
import { membersOf } from '../../directory/groups.ts'
import {
  createServiceAccountSecret,
  deleteServiceAccountSecret,
} from '../../directory/service-account-secrets.ts'
import {
  createServiceAccount,
  getServiceAccount,
  listServiceAccounts,
  updateServiceAccount,
} from '../../directory/service-accounts.ts'
import { DomainError } from '../../errors/index.ts'
import { accountEntryShown, networksIn } from './access-entries.ts'
import { AccountDescription, AccountName, CLOSED, GroupRoles, Networks, SecretHours } from './bodies.ts'
import { pageOf } from './pages.ts'
import { inGroup, type Permission } from './permissions.ts'
import { flag } from './query.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'
import { accountShown, secretShown } from './service-account-shown.ts'

const NewAccount = Type.Object(
  {
    name: AccountName,
    description: AccountDescription,
    roles: GroupRoles,
    secretExpiresAfterHours: SecretHours,
  },
  CLOSED,
)
const Change = Type.Object(
  {
    name: Type.Optional(Type.Union([AccountName, Type.Null()])),
    description: Type.Optional(Type.Union([AccountDescription, Type.Null()])),
    roles: Type.Optional(GroupRoles),
  },
  CLOSED,
)
const NewSecret = Type.Object({ secretExpiresAfterHours: SecretHours }, CLOSED)
const Assignment = Type.Object({ roles: GroupRoles }, CLOSED)

const common = { versions: ['2024-08-05'], limit: RATE_GROUPS.everythingElse } as const
const LIST = '/groups/{groupId}/serviceAccounts'
const ONE = `${LIST}/{clientId}` as const
const ACCESS = `${ONE}/accessList` as const
/** The end of a path that stands for a method of its own, as Google's API guide has it. */
const INVITE = ':invite'

const named = (id: string) => ({ kind: 'service_account', id }) as const

/** `/groups/{groupId}/serviceAccounts`: the organization's accounts that have roles in a group. */
export const groupServiceAccounts: AtlasResource = (atlas, authority) => {
  const inOne =
    (permission: Permission): Permission =>
    async (actor, params, services) => {
      await permission(actor, params, services)
      await rolesOf(authority, actor, params.groupId ?? '', params.clientId ?? '')
    }
  const reader = inOne(inGroup('reader'))
  const owner = inOne(inGroup('owner', 'GROUP_OWNER'))
  const accessManager = inOne(inGroup('owner', 'GROUP_OWNER', 'GROUP_ACCESS_MANAGER'))

  atlas.route(`GET ${LIST}`, {
    ...common,
    permission: inGroup('reader'),
    async run({ actor, params: { groupId = '' }, values }) {
      flag(values, 'includeSystemManaged', false)
      const members = await membersOf(authority, actor, groupId)
      const roles = new Map(members.map((member) => [member.credentialId, member.roles]))
      const accounts = await listServiceAccounts(authority, actor)
      return accounts.flatMap((account) => {
        const own = roles.get(account.clientId)
        return own === undefined ? [] : [{ account, roles: own }]
      })
    },
    answer: (rows, call) => pageOf(call, rows, ({ account, roles }) => accountShown(account, roles)),
  })

  atlas.route(`POST ${LIST}`, {
    ...common,
    permission: inGroup('owner', 'GROUP_OWNER'),
    body: NewAccount,
    run: ({ actor, params: { groupId = '' }, body }) => {
      const { name, description, roles, secretExpiresAfterHours: hours } = body
      const draft = { name, description, roles: ['ORG_MEMBER'] as const }
      return createServiceAccount(authority, actor, draft, hours, { groupId, roles })
    },
    status: 201,
    secret: true,
    answer: ({ account, secret }, { body }) => accountShown(account, body.roles, secret.value),
  })

  atlas.route(`GET ${ONE}`, {
    ...common,
    permission: reader,
    run: ({ actor, params }) => accountInGroup(authority, actor, params),
    answer: ({ account, roles }) => accountShown(account, roles),
  })

  atlas.route(`PATCH ${ONE}`, {
    ...common,
    permission: owner,
    body: Change,
    async run({ actor, params, body: { name, description, roles } }) {
      const { groupId = '', clientId = '' } = params
      if (roles !== undefined) await putIntoGroup(authority, actor, named(clientId), { groupId, roles })
      await updateServiceAccount(authority, actor, clientId, {
        name: name ?? undefined,
        description: description ?? undefined,
      })
      return accountInGroup(authority, actor, params)
    },
    answer: ({ account, roles }) => accountShown(account, roles),
  })

  atlas.route(`DELETE ${ONE}`, {
    ...common,
    permission: owner,
    run: ({ actor, params: { groupId = '', clientId = '' } }) =>
      takeOutOfGroup(authority, actor, named(clientId), groupId),
    status: 204,
  })

  // `…/{clientId}:invite`, whose last part the router cannot tell from an id.
  atlas.route(`POST ${ONE}`, {
    ...common,
    permission: inGroup('owner'),
    body: Assignment,
    async run({ actor, params: { groupId = '', clientId: last = '' }, body: { roles } }) {
      if (!last.endsWith(INVITE))
        throw new DomainError('not_found', { type: 'service_account', id: last.slice(0, 64) })
      const clientId = last.slice(0, -INVITE.length)
      await putIntoGroup(authority, actor, named(clientId), { groupId, roles })
      return accountInGroup(authority, actor, { groupId, clientId })
    },
    answer: ({ account, roles }) => accountShown(account, roles),
  })

  atlas.route(`POST ${ONE}/secrets`, {
    ...common,
    permission: owner,
    body: NewSecret,
    run: ({ actor, params: { clientId = '' }, body }) =>
      createServiceAccountSecret(authority, actor, clientId, body.secretExpiresAfterHours),
    status: 201,
    secret: true,
    answer: (secret) => secretShown(secret, secret.value),
  })

  atlas.route(`DELETE ${ONE}/secrets/{secretId}`, {
    ...common,
    permission: owner,
    run: ({ actor, params: { clientId = '', secretId = '' } }) =>
      deleteServiceAccountSecret(authority, actor, clientId, secretId),
    status: 204,
  })

  atlas.route(`GET ${ACCESS}`, {
    ...common,
    permission: reader,
    run: ({ actor, params: { clientId = '' } }) => getAccessList(authority, actor, named(clientId)),
    answer: (entries, call) => pageOf(call, entries, accountEntryShown),
  })

  atlas.route(`POST ${ACCESS}`, {
    ...common,
    permission: accessManager,
    body: Networks,
    run: ({ actor, params: { clientId = '' }, body }) =>
      extendAccessList(authority, actor, named(clientId), networksIn(body)),
    answer: (entries, call) => pageOf(call, entries, accountEntryShown),
  })

  atlas.route(`DELETE ${ACCESS}/{ipAddress}`, {
    ...common,
    permission: accessManager,
    run: ({ actor, params: { clientId = '', ipAddress = '' }, request }) =>
      shortenAccessList(authority, actor, named(clientId), { text: ipAddress, from: request.ip }),
    status: 204,
  })
}

/** @throws DomainError `not_found` where the account has no role in the group */
async function rolesOf(
  authority: Authority,
  actor: Actor,
  groupId: string,
  clientId: string,
): Promise<readonly GroupRole[]> {
  const memberships = await listGroupsOf(authority, actor, named(clientId))
  const own = memberships.find((membership) => membership.groupId === groupId)
  if (own === undefined) throw new DomainError('not_found', { type: 'service_account', id: clientId })
  return own.roles
}

async function accountInGroup(
  authority: Authority,
  actor: Actor,
  { groupId = '', clientId = '' }: Readonly<Record<string, string>>,
) {
  return {
    account: await getServiceAccount(authority, actor, clientId),
    roles: await rolesOf(authority, actor, groupId, clientId),
  }
}
