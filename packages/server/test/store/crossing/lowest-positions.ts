import * as lowestPositions from '../../../src/store/queries/lowest-positions.ts'
import { crossing } from './crossing.ts'

export default crossing(lowestPositions)(
  () => ({
    lowestTokenPosition: ['access', 1],
    lowestRecordPosition: ['Session', 1],
    lowestApiTokenPosition: [1],
    lowestServiceTokenPosition: [1],
  }),
  { tokens: { kind: 'access' }, oidc_records: { model: 'Session' } },
)
