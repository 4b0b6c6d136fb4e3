import * as installation from '../../../src/store/queries/installation.ts'
import { crossing } from './crossing.ts'

export default crossing(installation)(() => ({
  findFact: { system: ['fact'] },
  insertFact: { system: ['fact', 'value'] },
  deleteFact: { system: ['fact'] },
}))
