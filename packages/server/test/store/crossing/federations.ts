import * as federations from '../../../src/store/queries/federations.ts'
import { crossing } from './crossing.ts'

export default crossing(
  federations,
  'federation',
)(({ of, newRow }) => ({
  insertFederation: [1],
  findFederation: [],
  deleteFederation: [],
  findFederationOfOrganization: { system: [of('federation_organizations', 'organization_id')] },
  insertFederationOrganization: [newRow('federation_organizations')],
  listFederationOrganizations: [],
  findFederationOrganization: [of('federation_organizations', 'organization_id')],
  updateFederationOrganization: [
    of('federation_organizations', 'organization_id'),
    { domain_allow_list: '["taken"]' },
  ],
  deleteFederationOrganization: [of('federation_organizations', 'organization_id')],
}))
