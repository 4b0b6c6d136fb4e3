import * as serviceAccounts from '../../../src/store/queries/service-accounts.ts'
import { crossing } from './crossing.ts'

export default crossing(serviceAccounts)(({ of, newRow }) => ({
  insertServiceAccount: [newRow('service_accounts')],
  insertServiceAccountSecret: [newRow('service_account_secrets')],
  findServiceAccountBySecret: {
    system: [of('service_accounts', 'client_id'), of('service_account_secrets', 'secret_hash'), 0],
  },
}))
