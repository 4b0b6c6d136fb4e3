import * as userRoles from '../../../src/store/queries/user-roles.ts'
import { crossing } from './crossing.ts'

export default crossing(userRoles)(
  ({ of }) => ({
    listRolesOf: [of('user_roles', 'user_id')],
    insertRole: [of('user_roles', 'user_id'), 'another', 1],
    deleteRole: [of('user_roles', 'user_id'), of('user_roles', 'role')],
    firstWithRole: [of('user_roles', 'role'), ['DEPROVISIONED']],
    anotherHasRole: ['nobody', of('user_roles', 'role'), ['DEPROVISIONED']],
  }),
  { users: { status: 'DEPROVISIONED' } },
)
