import {
  createRoleMapping,
  deleteRoleMapping,
  getRoleMapping,
  listRoleMappings,
  replaceRoleMapping,
} from '../../federation/role-mappings.ts'
import { RoleMappingBody } from './federation-bodies.ts'
import { roleMappingShown } from './federation-shown.ts'
import { pageOf } from './pages.ts'
import { inOwnOrganization } from './permissions.ts'
import { RATE_GROUPS } from './rate-limits.ts'
import type { AtlasResource } from './route.ts'

const LIST = '/federationSettings/{federationSettingsId}/connectedOrgConfigs/{orgId}/roleMappings'
const ONE = `${LIST}/{id}` as const

const common = {
  versions: ['2023-01-01'],
  limit: RATE_GROUPS.federatedOrganization,
  permission: inOwnOrganization('owner'),
} as const

/** `…/roleMappings`: which roles the members of an identity provider's groups have. */
export const roleMappings: AtlasResource = (atlas, authority) => {
  atlas.route(`GET ${LIST}`, {
    ...common,
    run: ({ actor, params: { federationSettingsId = '', orgId = '' } }) =>
      listRoleMappings(authority, actor, federationSettingsId, orgId),
    answer: (mappings, call) => pageOf(call, mappings, roleMappingShown),
  })

  atlas.route(`POST ${LIST}`, {
    ...common,
    body: RoleMappingBody,
    run: ({ actor, params: { federationSettingsId = '', orgId = '' }, body }) =>
      createRoleMapping(authority, actor, federationSettingsId, orgId, body),
    answer: roleMappingShown,
  })

  atlas.route(`GET ${ONE}`, {
    ...common,
    run: ({ actor, params: { federationSettingsId = '', orgId = '', id = '' } }) =>
      getRoleMapping(authority, actor, federationSettingsId, orgId, id),
    answer: roleMappingShown,
  })

  atlas.route(`PUT ${ONE}`, {
    ...common,
    body: RoleMappingBody,
    run: ({ actor, params: { federationSettingsId = '', orgId = '', id = '' }, body }) =>
      replaceRoleMapping(authority, actor, federationSettingsId, orgId, id, body),
    answer: roleMappingShown,
  })

  atlas.route(`DELETE ${ONE}`, {
    ...common,
    run: ({ actor, params: { federationSettingsId = '', orgId = '', id = '' } }) =>
      deleteRoleMapping(authority, actor, federationSettingsId, orgId, id),
    status: 204,
  })
}
