import * as domains from '../../../src/store/queries/federation-domains.ts'
import { crossing } from './crossing.ts'

export default crossing(domains, 'federation')(
  ({ of, newRow }) => ({
    insertFederationDomain: [newRow('federation_domains')],
    listFederationDomains: [],
    verifyFederationDomain: [of('federation_domains', 'name'), 2],
    deleteFederationDomain: [of('federation_domains', 'name')],
  }),
  { federation_domains: { status: 'PENDING' } },
)
