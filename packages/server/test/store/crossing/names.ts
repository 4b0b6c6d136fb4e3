import * as names from '../../../src/store/queries/names.ts'
import { crossing } from './crossing.ts'

export default crossing(names)(({ of }) => ({
  loginsOf: [[of('users', 'id')]],
  labelsOfClients: [[of('applications', 'client_id')]],
  namesOfApis: [[of('apis', 'identifier')]],
}))
