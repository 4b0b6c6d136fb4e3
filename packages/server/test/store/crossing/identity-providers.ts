import * as providers from '../../../src/store/queries/identity-providers.ts'
import { crossing } from './crossing.ts'

export default crossing(
  providers,
  'federation',
)(({ of, newRow }) => ({
  insertIdentityProvider: [newRow('identity_providers')],
  findIdentityProvider: [of('identity_providers', 'id')],
  listIdentityProviders: [],
  updateIdentityProvider: [of('identity_providers', 'id'), { display_name: 'taken' }],
  deleteIdentityProvider: [of('identity_providers', 'id')],
  findFederationOfProvider: { system: [of('identity_providers', 'id')] },
}))
