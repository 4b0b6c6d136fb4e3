import * as statusLists from '../../../src/store/queries/status-lists.ts'
import { crossing } from './crossing.ts'

export default crossing(statusLists)(
  ({ of, newRow }) => ({
    insertStatusList: [newRow('status_lists')],
    takePlace: [of('status_lists', 'issuer_id')],
    insertPlace: [newRow('status_places')],
    findStatusList: [of('status_lists', 'issuer_id'), of('status_lists', 'id')],
    listStatusLists: [of('status_lists', 'issuer_id')],
    placedTokens: [of('status_places', 'list_id'), 0, -1, 10],
    deleteExpiredPlaces: [2, 10],
    deleteSpentLists: [2, 10],
  }),
  { status_lists: { size: 4, taken: 1 } },
)
