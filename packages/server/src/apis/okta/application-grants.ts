import { Type } from 'typebox'
import {
  type ApplicationGrant,
  getGrant,
  grantScope,
  listGrants,
  revokeGrant,
} from '../../directory/application-grants.ts'
import type { OktaResource } from './route.ts'
import { oktaTime } from './times.ts'

const Application = Type.Object({ appId: Type.String() })
const OneGrant = Type.Object({ appId: Type.String(), grantId: Type.String() })
/** `scope` is embedded always, so this asks for nothing more. */
const Expand = Type.Object({ expand: Type.Optional(Type.Literal('scope')) })
const Body = Type.Object({
  issuer: Type.String({ minLength: 1, maxLength: 2048 }),
  scopeId: Type.String({ minLength: 1, maxLength: 255 }),
})
const about = 'scopeConsentGrant'

/** `/apps/{appId}/grants`: the management scopes that an application may ask for. */
export const applicationGrants: OktaResource = (okta, authority) => {
  okta.route('GET /apps/{appId}/grants', {
    requires: 'okta.appGrants.read',
    about,
    params: Application,
    query: Expand,
    run: ({ actor, params }) => listGrants(authority, actor, params.appId),
    answer: (grants, { publicUrl }) => grants.map((grant) => show(grant, publicUrl)),
  })

  okta.route('POST /apps/{appId}/grants', {
    requires: 'okta.appGrants.manage',
    about,
    params: Application,
    body: Body,
    run: ({ actor, params, body: { issuer, scopeId: scope } }) =>
      grantScope(authority, actor, params.appId, { issuer, scope }),
    status: 201,
    answer: (grant, { publicUrl }) => show(grant, publicUrl),
  })

  okta.route('GET /apps/{appId}/grants/{grantId}', {
    requires: 'okta.appGrants.read',
    about,
    params: OneGrant,
    query: Expand,
    run: ({ actor, params }) => getGrant(authority, actor, params.appId, params.grantId),
    answer: (grant, { publicUrl }) => show(grant, publicUrl),
  })

  okta.route('DELETE /apps/{appId}/grants/{grantId}', {
    requires: 'okta.appGrants.manage',
    about,
    params: OneGrant,
    run: ({ actor, params }) => revokeGrant(authority, actor, params.appId, params.grantId),
    status: 204,
  })
}

function show(grant: ApplicationGrant, publicUrl: string) {
  const app = `${publicUrl}/api/v1/apps/${grant.applicationId}`
  const { clientId, label: title, createdBy } = grant
  return {
    id: grant.id,
    status: 'ACTIVE',
    created: oktaTime(grant.createdAt),
    createdBy: { id: createdBy.id, type: createdBy.type === 'client' ? 'Client' : 'User' },
    lastUpdated: oktaTime(grant.createdAt),
    issuer: grant.issuer,
    clientId,
    scopeId: grant.scope,
    source: 'ADMIN',
    _embedded: { scope: { id: grant.scope } },
    _links: {
      app: { href: app, title },
      self: { href: `${app}/grants/${grant.id}`, hints: { allow: ['GET', 'DELETE'] } },
      client: { href: `${publicUrl}/oauth2/v1/clients/${clientId}`, title },
    },
  }
}
