import * as uses from '../../../src/store/queries/key-uses.ts'
import { crossing } from './crossing.ts'

export default crossing(uses)(({ of }) => ({
  lastKeyUses: [{ issuer: of('tokens', 'issuer_id') }],
}))
