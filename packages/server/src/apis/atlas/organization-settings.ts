import { Type } from 'typebox'
import {
  getSettings,
  type OrganizationSettings,
  SECRET_HOURS,
  updateSettings,
} from '../../directory/organization-settings.ts'
import { CLOSED } from './bodies.ts'
import { inOrganization } from './permissions.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'

const Ignored = Type.Optional(Type.Unknown())

/** Settings that mean nothing here are taken from clients that send all of them; one that would be a promise is not. */
const Settings = Type.Object(
  {
    apiAccessListRequired: Type.Optional(Type.Boolean()),
    maxServiceAccountSecretValidityInHours: Type.Optional(
      Type.Union([Type.Integer({ minimum: SECRET_HOURS.least, maximum: SECRET_HOURS.most }), Type.Null()]),
    ),
    multiFactorAuthRequired: Type.Optional(Type.Literal(false)),
    customSessionTimeouts: Ignored,
    genAIFeaturesEnabled: Ignored,
    operationsContact: Ignored,
    restrictEmployeeAccess: Ignored,
    securityContact: Ignored,
    streamsCrossGroupEnabled: Ignored,
  },
  CLOSED,
)

const common = { versions: ['2023-01-01'], limit: RATE_GROUPS.organizationSettings } as const

/** `/orgs/{orgId}/settings`: what an organization has decided about its credentials. */
export const organizationSettings: AtlasResource = (atlas, authority) => {
  atlas.route('GET /orgs/{orgId}/settings', {
    ...common,
    permission: inOrganization('member'),
    run: ({ actor }) => getSettings(authority, actor),
    answer: settingsShown,
  })

  atlas.route('PATCH /orgs/{orgId}/settings', {
    ...common,
    permission: inOrganization('owner'),
    body: Settings,
    run: ({ actor, body }) =>
      updateSettings(authority, actor, {
        accessListRequired: body.apiAccessListRequired,
        secretHoursLimit: body.maxServiceAccountSecretValidityInHours,
      }),
    answer: settingsShown,
  })
}

function settingsShown({ accessListRequired, secretHoursLimit }: OrganizationSettings) {
  return {
    apiAccessListRequired: accessListRequired,
    maxServiceAccountSecretValidityInHours: secretHoursLimit ?? SECRET_HOURS.most,
    multiFactorAuthRequired: false,
  }
}
