import * as users from '../../../src/store/queries/users.ts'
import { crossing } from './crossing.ts'

export default crossing(users)(
  ({ of, newRow }) => ({
    insertUser: [newRow('users')],
    findUser: [of('users', 'id')],
    findUserByLogin: [of('users', 'login_folded')],
    updateUser: [of('users', 'id'), { status: 'ACTIVE' }],
    deleteDeprovisionedUser: [of('users', 'id')],
    listUsers: [{ limit: 10 }],
    listUsersSorted: [{ sort: 'login', limit: 10 }],
    countUsers: [(eb) => eb.and([]), 10],
  }),
  { users: { status: 'DEPROVISIONED' } },
)
