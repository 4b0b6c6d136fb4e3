import * as policies from '../../../src/store/queries/policies.ts'
import { crossing } from './crossing.ts'

export default crossing(policies)(({ newRow }) => ({
  findPolicy: [],
  savePolicy: [newRow('policies')],
}))
