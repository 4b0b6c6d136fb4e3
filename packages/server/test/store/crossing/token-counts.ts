import * as counts from '../../../src/store/queries/token-counts.ts'
import { crossing } from './crossing.ts'

export default crossing(counts)(({ of }) => ({
  latestExpiryOfKey: [of('tokens', 'signing_key'), { from: 0, until: 9_000_000_000_000 }, 10],
  countLiveTokens: [{ api: of('tokens', 'api'), liveAt: 0 }, 10],
}))
