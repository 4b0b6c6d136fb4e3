import * as groups from '../../../src/store/queries/groups.ts'
import { crossing } from './crossing.ts'

export default crossing(groups)(({ of, newRow }) => ({
  insertGroup: [newRow('groups')],
  findGroup: [of('groups', 'id')],
  findGroupByName: [of('groups', 'name')],
  listGroups: [],
  renameGroup: [of('groups', 'id'), 'renamed'],
  deleteGroup: [of('groups', 'id')],
}))
