import * as logoutDeliveries from '../../../src/store/queries/logout-deliveries.ts'
import { crossing } from './crossing.ts'

export default crossing(logoutDeliveries)(({ of, newRow }) => {
  const key = {
    session_id: of('logout_deliveries', 'session_id'),
    client_id: of('logout_deliveries', 'client_id'),
    issuer_id: of('logout_deliveries', 'issuer_id'),
  }
  return {
    rememberSessionClient: [newRow('session_clients')],
    queueLogouts: [{ session: of('session_clients', 'session_id') }, 0],
    listDueLogouts: { system: [5, 10] },
    claimLogout: [key, 1, 2],
    postponeLogout: [key, { next_at: 9 }],
    deleteLogout: [key],
    listLogouts: [10],
    forgetExpiredSessionClients: { system: [5, 10] },
  }
})
