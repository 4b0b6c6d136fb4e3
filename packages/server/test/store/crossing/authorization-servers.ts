import * as authorizationServers from '../../../src/store/queries/authorization-servers.ts'
import { crossing } from './crossing.ts'

export default crossing(authorizationServers)(
  ({ of, newRow }) => ({
    insertAuthorizationServer: [newRow('authorization_servers')],
    findAuthorizationServer: [of('authorization_servers', 'id')],
    listAuthorizationServers: [{ limit: 10 }],
    updateAuthorizationServer: [of('authorization_servers', 'id'), { name: 'taken' }],
    deleteAuthorizationServer: [of('authorization_servers', 'id')],
    findAuthorizationServerOfAudience: ['urn:a'],
  }),
  { authorization_servers: { audiences: '["urn:a"]' } },
)
