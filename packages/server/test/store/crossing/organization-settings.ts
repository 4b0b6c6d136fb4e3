import * as settings from '../../../src/store/queries/organization-settings.ts'
import { crossing } from './crossing.ts'

export default crossing(settings)(() => ({
  findOrganizationSettings: [],
  saveOrganizationSettings: [{ access_list_required: 0, secret_hours_limit: 8, updated_at: 2 }],
}))
