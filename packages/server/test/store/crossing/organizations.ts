import * as organizations from '../../../src/store/queries/organizations.ts'
import { crossing } from './crossing.ts'

export default crossing(organizations)(() => ({
  insertOrganization: { system: [{ id: 'c'.repeat(24), name: 'C', subdomain: 'c', created_at: 0 }] },
  listOrganizations: { system: [{ after: undefined, limit: 10 }] },
  findOldestAuthorizationServer: [],
  findOrganization: [],
  renameOrganization: ['renamed'],
}))
