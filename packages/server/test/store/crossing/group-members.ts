import * as groupMembers from '../../../src/store/queries/group-members.ts'
import { crossing } from './crossing.ts'

export default crossing(groupMembers)(({ of, newRow }) => ({
  saveGroupMember: [newRow('group_members')],
  listGroupMembers: [{ groupId: of('group_members', 'group_id') }],
  deleteGroupMember: [of('group_members', 'credential_id'), of('group_members', 'group_id')],
}))
