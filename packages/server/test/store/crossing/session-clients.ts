import * as sessionClients from '../../../src/store/queries/session-clients.ts'
import { crossing } from './crossing.ts'

export default crossing(sessionClients)(
  ({ of }) => ({
    listTokensOfSessionOnly: [of('tokens', 'session_id'), 0, 10],
    listClientsOfUser: [of('tokens', 'user_id'), 0, 10],
  }),
  { tokens: { grant_id: null } },
)
