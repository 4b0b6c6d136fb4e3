import { type Static, Type } from 'typebox'
import {
  createScope,
  deleteScope,
  getScope,
  listScopes,
  replaceScope,
  SCOPE_CONSENTS,
  SCOPE_PUBLICATIONS,
  type Scope,
  type ScopeSettings,
} from '../../directory/scopes.ts'
import { Label, link, Prose, ServerPath, ServerScopePath, serverHref } from './authorization-server-parts.ts'
import type { OktaResource } from './route.ts'

const about = 'OAuth2Scope'
const SCOPES = '/authorizationServers/{authServerId}/scopes'

/** RFC 6749 section 3.3, without white space and quotes as there. */
const Name = Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,255}$' })
const Body = Type.Object({
  name: Name,
  displayName: Type.Optional(Type.Union([Type.Null(), Label])),
  description: Type.Optional(Type.Union([Type.Null(), Prose])),
  consent: Type.Optional(Type.Enum(SCOPE_CONSENTS)),
  metadataPublish: Type.Optional(Type.Enum(SCOPE_PUBLICATIONS)),
  default: Type.Optional(Type.Boolean()),
  optional: Type.Optional(Type.Boolean()),
})
const List = Type.Object({ q: Type.Optional(Type.String({ maxLength: 255 })) })

/** `/authorizationServers/{id}/scopes`. */
export const scopes: OktaResource = (okta, authority) => {
  okta.route(`GET ${SCOPES}`, {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerPath,
    query: List,
    async run({ actor, params, query: { q = '' } }) {
      const wanted = q.toLowerCase()
      const all = await listScopes(authority, actor, params.authServerId)
      return all.filter(({ name, displayName }) =>
        `${name}\n${displayName ?? ''}`.toLowerCase().includes(wanted),
      )
    },
    answer: (found, { publicUrl }) => found.map((scope) => represent(scope, publicUrl)),
  })

  okta.route(`POST ${SCOPES}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerPath,
    body: Body,
    run: ({ actor, params, body }) => createScope(authority, actor, params.authServerId, settingsOf(body)),
    status: 201,
    answer: (scope, { publicUrl }) => represent(scope, publicUrl),
  })

  okta.route(`GET ${SCOPES}/{scopeId}`, {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerScopePath,
    run: ({ actor, params }) => getScope(authority, actor, params.authServerId, params.scopeId),
    answer: (scope, { publicUrl }) => represent(scope, publicUrl),
  })

  okta.route(`PUT ${SCOPES}/{scopeId}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerScopePath,
    body: Body,
    run: ({ actor, params, body }) =>
      replaceScope(authority, actor, params.authServerId, params.scopeId, settingsOf(body)),
    answer: (scope, { publicUrl }) => represent(scope, publicUrl),
  })

  okta.route(`DELETE ${SCOPES}/{scopeId}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerScopePath,
    run: ({ actor, params }) => deleteScope(authority, actor, params.authServerId, params.scopeId),
    status: 204,
  })
}

function settingsOf(body: Static<typeof Body>): ScopeSettings {
  return {
    name: body.name,
    displayName: body.displayName ?? null,
    description: body.description ?? '',
    consent: body.consent ?? 'IMPLICIT',
    metadataPublish: body.metadataPublish ?? 'NO_CLIENTS',
    isDefault: body.default ?? false,
    optional: body.optional ?? false,
  }
}

function represent(scope: Scope, publicUrl: string) {
  const { id, name, displayName, description, system, metadataPublish, consent, isDefault, optional } = scope
  const href = serverHref(publicUrl, scope.authorizationServerId, 'scopes', id)
  const self = system ? link(href, 'GET', 'PUT') : link(href, 'GET', 'PUT', 'DELETE')
  return {
    id,
    name,
    ...(displayName !== null && { displayName }),
    description,
    system,
    metadataPublish,
    consent,
    default: isDefault,
    optional,
    _links: { self },
  }
}
