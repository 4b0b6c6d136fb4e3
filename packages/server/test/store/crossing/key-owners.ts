import * as keyOwners from '../../../src/store/queries/key-owners.ts'
import { crossing } from './crossing.ts'

export default crossing(keyOwners)(({ of }) => ({
  findKeyOwner: [of('client_keys', 'thumbprint')],
}))
