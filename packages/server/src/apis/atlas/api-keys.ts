import { Type } from 'typebox'
import { extendAccessList, getAccessList, shortenAccessList } from '../../directory/credentials.ts'
import {
  createDigestKey,
  type DigestKey,
  deleteDigestKey,
  getDigestKey,
  listDigestKeys,
  updateDigestKey,
} from '../../directory/digest-keys.ts'
import { readNetwork } from '../../directory/networks.ts'
import { DomainError } from '../../errors/index.ts'
import { keyEntryShown, networksIn } from './access-entries.ts'
import { apiKeyShown } from './api-key-shown.ts'
import { ApiKeyDescription, CLOSED, Networks, NewApiKey, OrganizationRoles } from './bodies.ts'
import { pageOf } from './pages.ts'
import { inOrganization } from './permissions.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasCall, AtlasResource } from './route.ts'

const Change = Type.Object(
  { desc: Type.Optional(ApiKeyDescription), roles: Type.Optional(OrganizationRoles) },
  CLOSED,
)

const common = { versions: ['2023-01-01'], limit: RATE_GROUPS.everythingElse } as const
const LIST = '/orgs/{orgId}/apiKeys'
const ONE = `${LIST}/{apiUserId}` as const
const ACCESS = `${ONE}/accessList` as const

const shown = (key: DigestKey, { actor, publicUrl }: AtlasCall) =>
  apiKeyShown(key, actor.organizationId, publicUrl)
const named = (id: string) => ({ kind: 'digest_key', id }) as const

/** `/orgs/{orgId}/apiKeys`: keys for HTTP digest, and the networks that they may be used from. */
export const apiKeys: AtlasResource = (atlas, authority) => {
  atlas.route(`GET ${LIST}`, {
    ...common,
    permission: inOrganization('member'),
    run: ({ actor }) => listDigestKeys(authority, actor),
    answer: (keys, call) => pageOf(call, keys, (key) => shown(key, call)),
  })

  atlas.route(`POST ${LIST}`, {
    ...common,
    permission: inOrganization('owner'),
    body: NewApiKey,
    run: ({ actor, body: { desc, roles } }) =>
      createDigestKey(authority, actor, { description: desc, roles }),
    secret: true,
    answer: ({ key, privateKey }, { actor, publicUrl }) =>
      apiKeyShown(key, actor.organizationId, publicUrl, privateKey),
  })

  atlas.route(`GET ${ONE}`, {
    ...common,
    permission: inOrganization('member'),
    run: ({ actor, params: { apiUserId = '' } }) => getDigestKey(authority, actor, apiUserId),
    answer: shown,
  })

  atlas.route(`PATCH ${ONE}`, {
    ...common,
    permission: inOrganization('owner'),
    body: Change,
    run: ({ actor, params: { apiUserId = '' }, body: { desc, roles } }) =>
      updateDigestKey(authority, actor, apiUserId, { description: desc, roles }),
    answer: shown,
  })

  atlas.route(`DELETE ${ONE}`, {
    ...common,
    permission: inOrganization('owner'),
    run: ({ actor, params: { apiUserId = '' } }) => deleteDigestKey(authority, actor, apiUserId),
    status: 204,
  })

  const entryShown =
    ({ params, publicUrl }: AtlasCall) =>
    (entry: Awaited<ReturnType<typeof getAccessList>>[number]) =>
      keyEntryShown(entry, publicUrl, `/orgs/${params.orgId}/apiKeys/${params.apiUserId}/accessList`)

  atlas.route(`GET ${ACCESS}`, {
    ...common,
    permission: inOrganization('member'),
    run: ({ actor, params: { apiUserId = '' } }) => getAccessList(authority, actor, named(apiUserId)),
    answer: (entries, call) => pageOf(call, entries, entryShown(call)),
  })

  atlas.route(`POST ${ACCESS}`, {
    ...common,
    permission: inOrganization('owner'),
    body: Networks,
    run: ({ actor, params: { apiUserId = '' }, body }) =>
      extendAccessList(authority, actor, named(apiUserId), networksIn(body)),
    answer: (entries, call) => pageOf(call, entries, entryShown(call)),
  })

  atlas.route(`GET ${ACCESS}/{ipAddress}`, {
    ...common,
    permission: inOrganization('member'),
    async run({ actor, params: { apiUserId = '', ipAddress = '' } }) {
      const wanted = readNetwork(ipAddress)?.cidr
      const entries = await getAccessList(authority, actor, named(apiUserId))
      const entry = entries.find(({ network }) => network === wanted)
      if (entry === undefined)
        throw new DomainError('not_found', { type: 'access_entry', id: ipAddress.slice(0, 64) })
      return entry
    },
    answer: (entry, call) => entryShown(call)(entry),
  })

  atlas.route(`DELETE ${ACCESS}/{ipAddress}`, {
    ...common,
    permission: inOrganization('owner'),
    run: ({ actor, params: { apiUserId = '', ipAddress = '' }, request }) =>
      shortenAccessList(authority, actor, named(apiUserId), { text: ipAddress, from: request.ip }),
    status: 204,
  })
}
