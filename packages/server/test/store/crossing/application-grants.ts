import * as applicationGrants from '../../../src/store/queries/application-grants.ts'
import { crossing } from './crossing.ts'

export default crossing(applicationGrants)(({ of, newRow }) => ({
  insertApplicationGrant: [newRow('application_grants')],
  listApplicationGrants: [of('application_grants', 'application_id')],
  deleteApplicationGrant: [of('application_grants', 'application_id'), of('application_grants', 'id')],
  deleteApplicationGrantsOf: [of('application_grants', 'application_id')],
}))
