import { Type } from 'typebox'
import {
  type ApiEncryptionKey,
  activateApiEncryptionKey,
  addApiEncryptionKey,
  deactivateApiEncryptionKey,
  deleteApiEncryptionKey,
  getApiEncryptionKey,
  listApiEncryptionKeys,
} from '../../keys/api-encryption-keys.ts'
import { link, ServerKeyPath, ServerPath, serverHref } from './authorization-server-parts.ts'
import type { OktaResource } from './route.ts'
import { oktaTime } from './times.ts'

const about = 'JsonWebKey'
const KEYS = '/authorizationServers/{authServerId}/resourceservercredentials/keys'

/** The key's own members are read by the key policy alone. */
export const SubmittedKey = Type.Object({
  status: Type.Optional(Type.Union([Type.Literal('ACTIVE'), Type.Literal('INACTIVE'), Type.Null()])),
})

/** Encryption keys of an authorization server: six operations, bare arrays, ids `apk…`. */
export const resourceServerKeys: OktaResource = (okta, authority) => {
  okta.route(`GET ${KEYS}`, {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerPath,
    run: ({ actor, params }) => listApiEncryptionKeys(authority, actor, params.authServerId),
    answer: (keys, { params, publicUrl }) =>
      keys.map((key) => represent(key, params.authServerId, publicUrl)),
  })

  okta.route(`POST ${KEYS}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerPath,
    body: SubmittedKey,
    run: ({ actor, params, body }) =>
      addApiEncryptionKey(authority, actor, params.authServerId, withoutAlg(body), body.status ?? 'INACTIVE'),
    status: 201,
    answer: (key, { params, publicUrl }) => represent(key, params.authServerId, publicUrl),
  })

  okta.route(`GET ${KEYS}/{keyId}`, {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerKeyPath,
    run: ({ actor, params }) => getApiEncryptionKey(authority, actor, params.authServerId, params.keyId),
    answer: (key, { params, publicUrl }) => represent(key, params.authServerId, publicUrl),
  })

  okta.route(`DELETE ${KEYS}/{keyId}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerKeyPath,
    run: ({ actor, params }) => deleteApiEncryptionKey(authority, actor, params.authServerId, params.keyId),
    status: 204,
  })

  okta.route(`POST ${KEYS}/{keyId}/lifecycle/activate`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerKeyPath,
    run: ({ actor, params }) => activateApiEncryptionKey(authority, actor, params.authServerId, params.keyId),
    answer: (key, { params, publicUrl }) => represent(key, params.authServerId, publicUrl),
  })

  okta.route(`POST ${KEYS}/{keyId}/lifecycle/deactivate`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerKeyPath,
    run: ({ actor, params }) =>
      deactivateApiEncryptionKey(authority, actor, params.authServerId, params.keyId),
    answer: (key, { params, publicUrl }) => represent(key, params.authServerId, publicUrl),
  })
}

/**
 * A submitted key without its `alg`, which this resource does not have: Okta's SDK drops it, and an example of
 * Okta's own shows a signing algorithm there.
 */
export function withoutAlg(key: object): unknown {
  return Object.fromEntries(Object.entries(key).filter(([name]) => name !== 'alg'))
}

function represent(key: ApiEncryptionKey, authServerId: string, publicUrl: string) {
  const { id, kid, status, jwk } = key
  const href = serverHref(publicUrl, authServerId, 'resourceservercredentials', 'keys', id)
  const activate = link(`${href}/lifecycle/activate`, 'POST')
  return {
    kty: jwk.kty,
    id,
    created: oktaTime(key.createdAt),
    lastUpdated: oktaTime(key.updatedAt),
    status,
    kid,
    use: 'enc',
    ...(status === 'INACTIVE' && { _links: { activate, delete: link(href, 'DELETE') } }),
    e: jwk.e,
    n: jwk.n,
  }
}
