import * as tokens from '../../../src/store/queries/tokens.ts'
import { crossing } from './crossing.ts'

export default crossing(tokens)(({ of, newRow }) => ({
  insertTokens: [[newRow('tokens')]],
  findToken: [of('tokens', 'id')],
  findTokenByHandle: [of('tokens', 'handle')],
  consumeToken: [of('tokens', 'id'), 2],
  listTokens: [{ user: of('tokens', 'user_id') }, 10],
  listTokenFacts: [{ user: of('tokens', 'user_id') }, 10],
  deleteExpiredTokens: [2, 10],
}))
