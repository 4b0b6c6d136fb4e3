import * as secrets from '../../../src/store/queries/service-account-secrets.ts'
import { crossing } from './crossing.ts'

export default crossing(secrets)(({ of, newRow }) => ({
  insertServiceAccountSecret: [newRow('service_account_secrets')],
  listServiceAccountSecrets: [of('service_accounts', 'client_id')],
  noteSecretUse: [of('service_account_secrets', 'id'), 2],
  deleteServiceAccountSecrets: [of('service_accounts', 'client_id'), of('service_account_secrets', 'id')],
}))
