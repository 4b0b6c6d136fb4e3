import * as scopes from '../../../src/store/queries/scopes.ts'
import { crossing } from './crossing.ts'

export default crossing(scopes)(({ of, newRow }) => ({
  insertScopes: [[newRow('scopes')]],
  listScopes: [of('scopes', 'authorization_server_id')],
  findScope: [of('scopes', 'authorization_server_id'), of('scopes', 'id')],
  updateScope: [of('scopes', 'id'), { name: 'taken' }],
  deleteScope: [of('scopes', 'id')],
  deleteScopesOf: [of('scopes', 'authorization_server_id')],
}))
