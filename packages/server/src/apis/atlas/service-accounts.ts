import { Type } from 'typebox'
import {
  extendAccessList,
  getAccessList,
  listGroupsOf,
  shortenAccessList,
} from '../../directory/credentials.ts'
import {
  createServiceAccountSecret,
  deleteServiceAccountSecret,
} from '../../directory/service-account-secrets.ts'
import {
  createServiceAccount,
  deleteServiceAccount,
  getServiceAccount,
  listServiceAccounts,
  updateServiceAccount,
} from '../../directory/service-accounts.ts'
import { accountEntryShown, networksIn } from './access-entries.ts'
import {
  AccountDescription,
  AccountName,
  CLOSED,
  Networks,
  NewServiceAccount,
  OrganizationRoles,
  SecretHours,
} from './bodies.ts'
import { pageOf } from './pages.ts'
import { inOrganization } from './permissions.ts'
import { flag } from './query.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'
import { accountShown, secretShown } from './service-account-shown.ts'

const Change = Type.Object(
  {
    name: Type.Optional(Type.Union([AccountName, Type.Null()])),
    description: Type.Optional(Type.Union([AccountDescription, Type.Null()])),
    roles: Type.Optional(OrganizationRoles),
  },
  CLOSED,
)
const NewSecret = Type.Object({ secretExpiresAfterHours: SecretHours }, CLOSED)

const common = { versions: ['2024-08-05'], limit: RATE_GROUPS.everythingElse } as const
const LIST = '/orgs/{orgId}/serviceAccounts'
const ONE = `${LIST}/{clientId}` as const
const ACCESS = `${ONE}/accessList` as const

const named = (id: string) => ({ kind: 'service_account', id }) as const

/** `/orgs/{orgId}/serviceAccounts`: clients that obtain tokens with a secret. */
export const serviceAccounts: AtlasResource = (atlas, authority) => {
  atlas.route(`GET ${LIST}`, {
    ...common,
    permission: inOrganization('reader'),
    run({ actor, values }) {
      // None of them is managed by the system.
      flag(values, 'includeSystemManaged', false)
      return listServiceAccounts(authority, actor)
    },
    answer: (accounts, call) => pageOf(call, accounts, (account) => accountShown(account, account.roles)),
  })

  atlas.route(`POST ${LIST}`, {
    ...common,
    permission: inOrganization('owner'),
    body: NewServiceAccount,
    run: ({ actor, body: { name, description, roles, secretExpiresAfterHours } }) =>
      createServiceAccount(authority, actor, { name, description, roles }, secretExpiresAfterHours),
    status: 201,
    secret: true,
    answer: ({ account, secret }) => accountShown(account, account.roles, secret.value),
  })

  atlas.route(`GET ${ONE}`, {
    ...common,
    permission: inOrganization('reader'),
    run: ({ actor, params: { clientId = '' } }) => getServiceAccount(authority, actor, clientId),
    answer: (account) => accountShown(account, account.roles),
  })

  atlas.route(`PATCH ${ONE}`, {
    ...common,
    permission: inOrganization('owner'),
    body: Change,
    run: ({ actor, params: { clientId = '' }, body: { name, description, roles } }) =>
      updateServiceAccount(authority, actor, clientId, {
        name: name ?? undefined,
        description: description ?? undefined,
        roles,
      }),
    answer: (account) => accountShown(account, account.roles),
  })

  atlas.route(`DELETE ${ONE}`, {
    ...common,
    permission: inOrganization('owner'),
    run: ({ actor, params: { clientId = '' } }) => deleteServiceAccount(authority, actor, clientId),
    status: 204,
  })

  atlas.route(`POST ${ONE}/secrets`, {
    ...common,
    permission: inOrganization('owner'),
    body: NewSecret,
    run: ({ actor, params: { clientId = '' }, body }) =>
      createServiceAccountSecret(authority, actor, clientId, body.secretExpiresAfterHours),
    status: 201,
    secret: true,
    answer: (secret) => secretShown(secret, secret.value),
  })

  atlas.route(`DELETE ${ONE}/secrets/{secretId}`, {
    ...common,
    permission: inOrganization('owner'),
    run: ({ actor, params: { clientId = '', secretId = '' } }) =>
      deleteServiceAccountSecret(authority, actor, clientId, secretId),
    status: 204,
  })

  atlas.route(`GET ${ACCESS}`, {
    ...common,
    permission: inOrganization('reader'),
    run: ({ actor, params: { clientId = '' } }) => getAccessList(authority, actor, named(clientId)),
    answer: (entries, call) => pageOf(call, entries, accountEntryShown),
  })

  atlas.route(`POST ${ACCESS}`, {
    ...common,
    permission: inOrganization('owner'),
    body: Networks,
    run: ({ actor, params: { clientId = '' }, body }) =>
      extendAccessList(authority, actor, named(clientId), networksIn(body)),
    answer: (entries, call) => pageOf(call, entries, accountEntryShown),
  })

  atlas.route(`DELETE ${ACCESS}/{ipAddress}`, {
    ...common,
    permission: inOrganization('owner'),
    run: ({ actor, params: { clientId = '', ipAddress = '' }, request }) =>
      shortenAccessList(authority, actor, named(clientId), { text: ipAddress, from: request.ip }),
    status: 204,
  })

  atlas.route(`GET ${ONE}/groups`, {
    ...common,
    permission: inOrganization('reader'),
    run: ({ actor, params: { clientId = '' } }) => listGroupsOf(authority, actor, named(clientId)),
    answer: (memberships, call) => pageOf(call, memberships, ({ groupId, roles }) => ({ groupId, roles })),
  })
}
