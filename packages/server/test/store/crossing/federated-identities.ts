import * as identities from '../../../src/store/queries/federated-identities.ts'
import { crossing } from './crossing.ts'

export default crossing(identities)(({ of, newRow }) => ({
  insertFederatedIdentity: [newRow('federated_identities')],
  listFederatedIdentities: [of('federated_identities', 'user_id')],
  deleteFederatedIdentity: [of('federated_identities', 'issuer'), of('federated_identities', 'user_id')],
  findFederatedIdentity: [of('federated_identities', 'issuer'), of('federated_identities', 'subject')],
}))
