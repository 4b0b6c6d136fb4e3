import { Type } from 'typebox'
import { readClientMetadata } from '../../directory/client-metadata.ts'
import { listClientsOfServer, listClientsOfUser } from '../../revocation/token-holders.ts'
import type { ApplicationRow } from '../../store/queries/applications.ts'
import { ServerPath } from './authorization-server-parts.ts'
import type { OktaResource } from './route.ts'

const User = Type.Object({ userId: Type.String() })
const about = 'OAuth2Client'

/** `/users/{userId}/clients` and `/authorizationServers/{id}/clients`: the applications that hold tokens there. */
export const tokenHolders: OktaResource = (okta, authority, { knowledge }) => {
  okta.route('GET /users/{userId}/clients', {
    requires: 'okta.users.read',
    about,
    params: User,
    async run({ actor, params }) {
      const index = await knowledge.confirm(actor.organizationId)
      return listClientsOfUser(authority, index, actor, params.userId)
    },
    answer: (rows, { publicUrl, params: { userId } }) =>
      rows.map((row) =>
        show(row, `${publicUrl}/api/v1/users/${userId}/clients/${row.client_id}`, 'grants', 'tokens'),
      ),
  })

  okta.route('GET /authorizationServers/{authServerId}/clients', {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerPath,
    async run({ actor, params }) {
      const index = await knowledge.confirm(actor.organizationId)
      return listClientsOfServer(authority, index, actor, params.authServerId)
    },
    answer: (rows, { publicUrl, params: { authServerId } }) =>
      rows.map((row) =>
        show(
          row,
          `${publicUrl}/api/v1/authorizationServers/${authServerId}/clients/${row.client_id}`,
          'tokens',
        ),
      ),
  })
}

function show(row: ApplicationRow, href: string, ...parts: readonly ('grants' | 'tokens')[]) {
  const { client_uri, logo_uri } = readClientMetadata(row.metadata)
  return {
    client_id: row.client_id,
    client_name: row.label,
    ...(client_uri !== undefined && { client_uri }),
    ...(logo_uri !== undefined && { logo_uri }),
    _links: Object.fromEntries(parts.map((part) => [part, { href: `${href}/${part}` }])),
  }
}
