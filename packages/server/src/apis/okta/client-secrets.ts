import { Type } from 'typebox'
import {
  activateClientSecret,
  addClientSecret,
  type ClientSecret,
  deactivateClientSecret,
  deleteClientSecret,
  getClientSecret,
  listClientSecrets,
} from '../../directory/client-secrets.ts'
import { Secret } from '../../secrets/index.ts'
import { lifecycleLinks } from './client-key-shown.ts'
import type { OktaResource } from './route.ts'
import { oktaTime } from './times.ts'

const Application = Type.Object({ appId: Type.String() })
const OneSecret = Type.Object({ appId: Type.String(), secretId: Type.String() })
/** A body may be left out altogether: a secret is then made. */
const NewSecret = Type.Union([
  Type.Undefined(),
  Type.Object({
    client_secret: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    status: Type.Optional(Type.Union([Type.Enum(['ACTIVE', 'INACTIVE']), Type.Null()])),
  }),
])
const about = 'client_secret'
const path = '/apps/{appId}/credentials/secrets'

/** The secrets of a client. The value is in the answer that creates it, and in no other. */
export const clientSecrets: OktaResource = (okta, authority) => {
  okta.route(`GET ${path}`, {
    requires: 'okta.apps.read',
    about,
    params: Application,
    run: ({ actor, params }) => listClientSecrets(authority, actor, params.appId),
    answer: (secrets, { publicUrl }) => secrets.map((secret) => show(secret, publicUrl)),
  })

  okta.route(`POST ${path}`, {
    requires: 'okta.apps.manage',
    about,
    params: Application,
    body: NewSecret,
    run: ({ actor, params, body }) =>
      addClientSecret(authority, actor, params.appId, {
        ...(body?.client_secret != null && { value: new Secret(body.client_secret) }),
        ...(body?.status != null && { status: body.status }),
      }),
    status: 201,
    answer: ({ secret, value }, { publicUrl }) => show(secret, publicUrl, value),
  })

  okta.route(`GET ${path}/{secretId}`, {
    requires: 'okta.apps.read',
    about,
    params: OneSecret,
    run: ({ actor, params }) => getClientSecret(authority, actor, params.appId, params.secretId),
    answer: (secret, { publicUrl }) => show(secret, publicUrl),
  })

  okta.route(`DELETE ${path}/{secretId}`, {
    requires: 'okta.apps.manage',
    about,
    params: OneSecret,
    run: ({ actor, params }) => deleteClientSecret(authority, actor, params.appId, params.secretId),
    status: 204,
  })

  okta.route(`POST ${path}/{secretId}/lifecycle/activate`, {
    requires: 'okta.apps.manage',
    about,
    params: OneSecret,
    run: ({ actor, params }) => activateClientSecret(authority, actor, params.appId, params.secretId),
    answer: (secret, { publicUrl }) => show(secret, publicUrl),
  })

  okta.route(`POST ${path}/{secretId}/lifecycle/deactivate`, {
    requires: 'okta.apps.manage',
    about,
    params: OneSecret,
    run: ({ actor, params }) => deactivateClientSecret(authority, actor, params.appId, params.secretId),
    answer: (secret, { publicUrl }) => show(secret, publicUrl),
  })
}

function show(secret: ClientSecret, publicUrl: string, value?: Secret) {
  const href = `${publicUrl}/api/v1/apps/${secret.applicationId}/credentials/secrets/${secret.id}`
  return {
    id: secret.id,
    status: secret.status,
    ...(value !== undefined && { client_secret: value.reveal() }),
    secret_hash: secret.secretHash,
    created: oktaTime(secret.createdAt),
    lastUpdated: oktaTime(secret.updatedAt),
    _links: lifecycleLinks(href, secret.status),
  }
}
