import * as logHalts from '../../../src/store/queries/log-halts.ts'
import { crossing } from './crossing.ts'

export default crossing(logHalts)(({ newRow }) => ({
  findHalt: [],
  putHalt: [{ ...newRow('log_halts'), seq: 99 }],
  deleteHalt: [],
  listHalts: { system: [] },
}))
