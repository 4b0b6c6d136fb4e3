import * as mappings from '../../../src/store/queries/role-mappings.ts'
import { crossing } from './crossing.ts'

export default crossing(
  mappings,
  'federation',
)(({ of, newRow }) => {
  const id = [of('role_mappings', 'organization_id'), of('role_mappings', 'id')] as const
  return {
    insertRoleMapping: [newRow('role_mappings')],
    listRoleMappings: [of('role_mappings', 'organization_id')],
    updateRoleMapping: [...id, { external_group_name: 'taken', role_assignments: '[]' }],
    deleteRoleMapping: [...id],
  }
})
