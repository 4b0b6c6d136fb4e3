import * as logs from '../../../src/store/queries/logs.ts'
import { crossing } from './crossing.ts'

export default crossing(logs)(() => ({ listLogs: { system: [] } }))
