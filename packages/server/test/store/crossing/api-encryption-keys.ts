import * as apiEncryptionKeys from '../../../src/store/queries/api-encryption-keys.ts'
import { crossing } from './crossing.ts'

export default crossing(apiEncryptionKeys)(
  ({ of, newRow }) => ({
    listApiEncryptionKeys: [of('api_encryption_keys', 'authorization_server_id')],
    insertApiEncryptionKey: [newRow('api_encryption_keys')],
    updateApiEncryptionKey: [of('api_encryption_keys', 'id'), { status: 'INACTIVE' }],
    retireApiEncryptionKeysByThumbprint: [of('api_encryption_keys', 'thumbprint'), 2],
    deleteApiEncryptionKey: [of('api_encryption_keys', 'id')],
    deleteApiEncryptionKeysOf: [of('api_encryption_keys', 'authorization_server_id')],
  }),
  { api_encryption_keys: { status: 'ACTIVE' } },
)
