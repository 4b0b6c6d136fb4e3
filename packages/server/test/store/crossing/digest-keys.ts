import * as digestKeys from '../../../src/store/queries/digest-keys.ts'
import { crossing } from './crossing.ts'

export default crossing(digestKeys)(({ of, newRow }) => ({
  insertDigestKey: [newRow('digest_keys')],
  findDigestKeyAnywhere: { system: [of('digest_keys', 'public_key')] },
  findDigestKey: [of('digest_keys', 'id')],
  listDigestKeys: [],
  updateDigestKey: [of('digest_keys', 'id'), { description: 'changed' }],
  deleteDigestKey: [of('digest_keys', 'id')],
}))
