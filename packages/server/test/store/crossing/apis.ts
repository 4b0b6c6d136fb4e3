import * as apis from '../../../src/store/queries/apis.ts'
import { crossing } from './crossing.ts'

export default crossing(apis)(({ of, newRow }) => ({
  insertApi: [newRow('apis')],
  findApi: [of('apis', 'id')],
  findApiByIdentifier: [of('apis', 'identifier')],
  listApis: [{ limit: 10 }],
  listApisOf: [of('apis', 'authorization_server_id')],
  updateApi: [of('apis', 'id'), { name: 'taken' }],
  deleteApi: [of('apis', 'id')],
}))
