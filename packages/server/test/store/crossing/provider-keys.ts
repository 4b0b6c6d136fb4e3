import * as keys from '../../../src/store/queries/provider-keys.ts'
import { crossing } from './crossing.ts'

export default crossing(keys, 'federation')(
  ({ of, newRow }) => ({
    insertProviderKeySet: [newRow('provider_key_sets')],
    findProviderKeySet: [of('provider_key_sets', 'issuer')],
    updateProviderKeySet: [of('provider_key_sets', 'issuer'), { outcome: 'taken' }],
    claimProviderKeySet: [of('provider_key_sets', 'issuer'), 2, 3],
    listDueProviderKeySets: { system: [2, 10] },
    listProviderKeys: [of('provider_keys', 'issuer')],
    putProviderKey: [newRow('provider_keys')],
    deleteProviderKeys: [of('provider_keys', 'issuer'), [of('provider_keys', 'thumbprint')]],
    publishedByOthers: ['another', [of('provider_keys', 'thumbprint')]],
  }),
  { identity_providers: { protocol: 'OIDC' } },
)
