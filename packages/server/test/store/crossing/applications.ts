import * as applications from '../../../src/store/queries/applications.ts'
import { crossing } from './crossing.ts'

export default crossing(applications)(
  ({ of, newRow }) => ({
    insertApplication: [newRow('applications')],
    findApplication: [of('applications', 'id')],
    findApplicationByClientId: [of('applications', 'client_id')],
    updateApplication: [of('applications', 'id'), { label: 'taken' }],
    deleteInactiveApplication: [of('applications', 'id')],
    listApplications: [{ limit: 10 }],
    countApplications: [10],
  }),
  { applications: { status: 'INACTIVE' } },
)
