import * as serviceTokens from '../../../src/store/queries/service-tokens.ts'
import { crossing } from './crossing.ts'

export default crossing(serviceTokens)(({ of, newRow }) => ({
  insertServiceToken: [newRow('service_tokens')],
  findServiceTokenAnywhere: { system: [of('service_tokens', 'id')] },
  countServiceTokens: [of('service_tokens', 'client_id'), 0],
  deleteServiceTokens: [of('service_tokens', 'client_id'), of('service_tokens', 'id')],
  deleteExpiredServiceTokens: [2, 10],
}))
