import * as blockedKeys from '../../../src/store/queries/blocked-keys.ts'
import { crossing } from './crossing.ts'

export default crossing(blockedKeys)(({ of }) => ({
  insertBlockedKey: [of('blocked_keys', 'thumbprint'), 1],
  blockedAmong: [[of('blocked_keys', 'thumbprint')]],
  isOwnSigningKey: [of('signing_keys', 'kid')],
}))
