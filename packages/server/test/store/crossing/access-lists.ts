import * as accessLists from '../../../src/store/queries/access-lists.ts'
import { crossing } from './crossing.ts'

export default crossing(accessLists)(({ of }) => ({
  listAccessEntries: [of('access_entries', 'credential_id')],
  insertAccessEntry: [{ credential_id: 'new', network: '192.0.2.1/32', created_at: 1 }],
  deleteAccessEntries: [of('access_entries', 'credential_id'), of('access_entries', 'network')],
  noteAccessEntryUse: [
    of('access_entries', 'credential_id'),
    of('access_entries', 'network'),
    { requests: 1, at: 2, address: '192.0.2.1' },
  ],
}))
