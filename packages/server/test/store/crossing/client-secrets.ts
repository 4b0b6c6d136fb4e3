import * as clientSecrets from '../../../src/store/queries/client-secrets.ts'
import { crossing } from './crossing.ts'

export default crossing(clientSecrets)(
  ({ of, newRow }) => ({
    insertClientSecret: [newRow('client_secrets')],
    listClientSecrets: [of('client_secrets', 'application_id')],
    updateClientSecretStatus: [
      { applicationId: of('client_secrets', 'application_id'), id: of('client_secrets', 'id') },
      { from: 'INACTIVE', to: 'ACTIVE', at: 2 },
    ],
    deleteInactiveClientSecret: [of('client_secrets', 'application_id'), of('client_secrets', 'id')],
    deleteClientSecretsOf: [of('client_secrets', 'application_id')],
  }),
  { client_secrets: { status: 'INACTIVE' } },
)
