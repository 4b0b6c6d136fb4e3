import * as serviceAccounts from '../../../src/store/queries/service-accounts.ts'
import { crossing } from './crossing.ts'

export default crossing(serviceAccounts)(({ of, newRow }) => ({
  insertServiceAccount: [newRow('service_accounts')],
  findServiceAccountBySecret: {
    system: [of('service_accounts', 'client_id'), of('service_account_secrets', 'secret_hash'), 0],
  },
  findServiceAccount: [of('service_accounts', 'client_id')],
  listServiceAccounts: [],
  updateServiceAccount: [of('service_accounts', 'client_id'), { name: 'changed' }],
  deleteServiceAccount: [of('service_accounts', 'client_id')],
}))
