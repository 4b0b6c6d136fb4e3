import * as apiTokens from '../../../src/store/queries/api-tokens.ts'
import { crossing } from './crossing.ts'

export default crossing(apiTokens)(({ of, newRow }) => ({
  insertApiToken: [newRow('api_tokens')],
  findApiToken: [of('api_tokens', 'id')],
  findPresentedApiToken: { system: [of('api_tokens', 'token_hash')] },
  findApiTokenVerifier: { system: ['00Tnobody'] },
  listApiTokens: [{ limit: 10 }],
  deleteApiToken: [of('api_tokens', 'id')],
  noteApiTokenUse: [of('api_tokens', 'id'), 2],
}))
