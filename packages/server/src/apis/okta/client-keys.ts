import { Type } from 'typebox'
import {
  activateClientKey,
  addClientKey,
  deactivateClientKey,
  deleteClientKey,
  getClientKey,
  listClientKeys,
} from '../../keys/client-keys.ts'
import { SubmittedKeyBody, submittedKeyOf } from './client-key-body.ts'
import { showClientKey } from './client-key-shown.ts'
import type { OktaResource } from './route.ts'

const Application = Type.Object({ appId: Type.String() })
const Key = Type.Object({ appId: Type.String(), keyId: Type.String() })
const about = 'JsonWebKey'
const path = '/apps/{appId}/credentials/jwks'

/** The signing and encryption keys of a client. `keyId` is the key's `id`, never its `kid`. */
export const clientKeys: OktaResource = (okta, authority) => {
  okta.route(`GET ${path}`, {
    requires: 'okta.apps.read',
    about,
    params: Application,
    run: ({ actor, params }) => listClientKeys(authority, actor, params.appId),
    answer: (keys, { publicUrl }) => ({ keys: keys.map((key) => showClientKey(key, publicUrl)) }),
  })

  okta.route(`POST ${path}`, {
    requires: 'okta.apps.manage',
    about,
    params: Application,
    body: SubmittedKeyBody,
    run: ({ actor, params, body }) => addClientKey(authority, actor, params.appId, submittedKeyOf(body)),
    status: 201,
    answer: (key, { publicUrl }) => showClientKey(key, publicUrl),
  })

  okta.route(`GET ${path}/{keyId}`, {
    requires: 'okta.apps.read',
    about,
    params: Key,
    run: ({ actor, params }) => getClientKey(authority, actor, params.appId, params.keyId),
    answer: (key, { publicUrl }) => showClientKey(key, publicUrl),
  })

  okta.route(`DELETE ${path}/{keyId}`, {
    requires: 'okta.apps.manage',
    about,
    params: Key,
    run: ({ actor, params }) => deleteClientKey(authority, actor, params.appId, params.keyId),
    status: 204,
  })

  okta.route(`POST ${path}/{keyId}/lifecycle/activate`, {
    requires: 'okta.apps.manage',
    about,
    params: Key,
    run: ({ actor, params }) => activateClientKey(authority, actor, params.appId, params.keyId),
    answer: (key, { publicUrl }) => showClientKey(key, publicUrl),
  })

  okta.route(`POST ${path}/{keyId}/lifecycle/deactivate`, {
    requires: 'okta.apps.manage',
    about,
    params: Key,
    run: ({ actor, params }) => deactivateClientKey(authority, actor, params.appId, params.keyId),
    answer: (key, { publicUrl }) => showClientKey(key, publicUrl),
  })
}
