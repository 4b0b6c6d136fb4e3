import * as clientKeys from '../../../src/store/queries/client-keys.ts'
import { crossing } from './crossing.ts'

export default crossing(clientKeys)(
  ({ of, newRow }) => ({
    insertClientKey: [newRow('client_keys')],
    listClientKeys: [of('client_keys', 'application_id')],
    listClientKeysOf: [[of('client_keys', 'application_id')]],
    updateClientKey: [
      { applicationId: of('client_keys', 'application_id'), id: of('client_keys', 'id') },
      { alg: 'taken' },
    ],
    deleteClientKey: [{ applicationId: of('client_keys', 'application_id'), id: of('client_keys', 'id') }],
    retireClientKeysByThumbprint: [of('client_keys', 'thumbprint'), 2],
  }),
  { client_keys: { status: 'ACTIVE' } },
)
