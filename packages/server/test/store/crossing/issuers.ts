import * as issuers from '../../../src/store/queries/issuers.ts'
import { crossing } from './crossing.ts'

export default crossing(issuers)(({ of }) => ({
  findOrganizationRow: [],
  listIssuerIds: [],
  organizationOfSubdomain: { system: ['A'] },
  organizationOfIssuer: { system: [of('authorization_servers', 'id')] },
}))
