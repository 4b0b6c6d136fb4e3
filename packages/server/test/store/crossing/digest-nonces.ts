import * as digestNonces from '../../../src/store/queries/digest-nonces.ts'
import { crossing } from './crossing.ts'

export default crossing(digestNonces)(() => ({
  spendNonce: { system: [{ nonce: 'nonce', digest_key_id: 'key', nc: 1, expires_at: 1 }] },
  deleteExpiredNonces: { system: [2, 10] },
}))
