import { randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import { systemActor } from '../../authority/index.ts'
import { listDigestKeys } from '../../directory/digest-keys.ts'
import {
  createOrganization,
  getOrganization,
  type NewOrganization,
  type Organization,
  renameOrganization,
} from '../../directory/organizations.ts'
import { listServiceAccounts } from '../../directory/service-accounts.ts'
import { DomainError } from '../../errors/index.ts'
import { connectOrganization } from '../../federation/connect-organization.ts'
import { getFederation } from '../../federation/federations.ts'
import { apiKeyShown } from './api-key-shown.ts'
import { CLOSED, Name, NewApiKey, NewServiceAccount } from './bodies.ts'
import { pageOf, selfLink } from './pages.ts'
import { inOrganization, inOwnOrganization } from './permissions.ts'
import { single } from './query.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'
import { accountShown } from './service-account-shown.ts'

const HOUR = 3_600_000

const NewOrganizationBody = Type.Object(
  {
    name: Name,
    apiKey: Type.Optional(NewApiKey),
    serviceAccount: Type.Optional(NewServiceAccount),
    /** Accepted from clients that send it: the administrator that is made is the owner. */
    orgOwnerId: Type.Optional(Type.String({ pattern: '^[a-f0-9]{24}$' })),
    skipDefaultAlertsSettings: Type.Optional(Type.Boolean()),
    federationSettingsId: Type.Optional(Type.String({ pattern: '^[a-f0-9]{24}$' })),
  },
  CLOSED,
)
const Renamed = Type.Object({ name: Name, skipDefaultAlertsSettings: Type.Optional(Type.Boolean()) }, CLOSED)

const common = { versions: ['2023-01-01'], limit: RATE_GROUPS.everythingElse } as const

/** `/orgs`: a credential belongs to one organization, and that is the one it sees. */
export const organizations: AtlasResource = (atlas, authority) => {
  atlas.route('GET /orgs', {
    ...common,
    permission: inOwnOrganization('member'),
    async run({ actor, values }) {
      const own = await getOrganization(authority, actor)
      const name = single(values, 'name') ?? ''
      return own.name.toLowerCase().includes(name.toLowerCase()) ? [own] : []
    },
    answer: (rows, call) => pageOf(call, rows, (row) => organizationShown(row, call.publicUrl)),
  })

  atlas.route('POST /orgs', {
    ...common,
    limit: RATE_GROUPS.creatingOrganizations,
    permission: inOwnOrganization('owner'),
    body: NewOrganizationBody,
    run: ({ actor, body }) => create(authority, actor, body),
    status: 201,
    secret: true,
    answer: ({ organization, key, account, admin, federationSettingsId }, { publicUrl }) => ({
      // The one answer that shows them: nobody else could let the new organization's owner in.
      ...(key !== undefined && {
        apiKey: apiKeyShown(key, organization.id, publicUrl, admin.digestKey.privateKey),
      }),
      ...(federationSettingsId !== undefined && { federationSettingsId }),
      organization: organizationShown(organization, publicUrl),
      ...(account !== undefined && {
        serviceAccount: accountShown(account, account.roles, admin.serviceAccount.clientSecret),
      }),
      skipDefaultAlertsSettings: false,
    }),
  })

  atlas.route('GET /orgs/{orgId}', {
    ...common,
    permission: inOrganization('member'),
    run: ({ actor }) => getOrganization(authority, actor),
    answer: (row, { publicUrl }) => organizationShown(row, publicUrl),
  })

  atlas.route('PATCH /orgs/{orgId}', {
    ...common,
    permission: inOrganization('owner'),
    body: Renamed,
    run: ({ actor, body }) => renameOrganization(authority, actor, body.name),
    answer: (row, { publicUrl }) => organizationShown(row, publicUrl),
  })
}

function organizationShown({ id, name }: Organization, publicUrl: string) {
  return {
    id,
    isDeleted: false,
    links: selfLink(publicUrl, `/orgs/${id}`),
    name,
    skipDefaultAlertsSettings: false,
  }
}

/** The same command as the native API's; Atlas has no subdomains, so one is made of the name. */
async function create(authority: Authority, actor: Actor, body: Static<typeof NewOrganizationBody>) {
  const { name, apiKey, serviceAccount } = body
  const contents = {
    ...(apiKey !== undefined && { digestKey: { description: apiKey.desc, granted: apiKey.roles } }),
    ...(serviceAccount !== undefined && {
      serviceAccount: {
        name: serviceAccount.name,
        description: serviceAccount.description,
        granted: serviceAccount.roles,
        secretExpiresAt: authority.clock.now() + serviceAccount.secretExpiresAfterHours * HOUR,
      },
    }),
  }
  const { federationSettingsId } = body
  if (federationSettingsId !== undefined) await getFederation(authority, actor, federationSettingsId)
  const { organization, admin } = await createUnderFreeSubdomain(authority, actor, { name, contents })
  if (federationSettingsId !== undefined)
    await connectOrganization(authority, actor, federationSettingsId, organization.id)
  const own = systemActor(organization.id)
  const [key] = await listDigestKeys(authority, own)
  const [account] = await listServiceAccounts(authority, own)
  return { organization, admin, key, account, federationSettingsId }
}

async function createUnderFreeSubdomain(
  authority: Authority,
  actor: Actor,
  draft: Pick<NewOrganization, 'name' | 'contents'>,
) {
  const plain = subdomainOf(draft.name)
  try {
    return await createOrganization(authority, actor, { ...draft, subdomain: plain })
  } catch (failure) {
    if (!(failure instanceof DomainError) || failure.code !== 'organization_subdomain_taken') throw failure
    const subdomain = `${plain}-${randomBytes(4).toString('hex')}`
    return createOrganization(authority, actor, { ...draft, subdomain })
  }
}

/** A label of a host name (RFC 1123 section 2.1) that resembles a name. */
function subdomainOf(name: string): string {
  const label = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '')
  return label === '' ? `org-${randomBytes(4).toString('hex')}` : label
}
