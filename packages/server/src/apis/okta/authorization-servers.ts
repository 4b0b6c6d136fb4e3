import { type Static, Type } from 'typebox'
import type { Actor, Authority } from '../../authority/index.ts'
import {
  type AuthorizationServer,
  ISSUER_MODES,
  TOKEN_ENCRYPTION_ALGS,
} from '../../directory/authorization-server.ts'
import {
  type AuthorizationServerSettings,
  createAuthorizationServer,
  getAuthorizationServer,
  listAuthorizationServers,
  replaceAuthorizationServer,
} from '../../directory/authorization-servers.ts'
import { type ApiEncryptionKey, listApiEncryptionKeys } from '../../keys/api-encryption-keys.ts'
import { type StoredSigningRing, signingRingOf } from '../../keys/signing-keys.ts'
import { ROTATION_MODES } from '../../keys/signing-ring.ts'
import {
  activateAuthorizationServer,
  deactivateAuthorizationServer,
  deleteAuthorizationServer,
} from '../../revocation/authorization-server-lifecycle.ts'
import { Label, Prose, ServerPath } from './authorization-server-parts.ts'
import { representServer } from './authorization-server-representation.ts'
import { answerPage, cutPage, PAGE_PARAMETERS, pageRequest } from './pagination.ts'
import { SubmittedKey, withoutAlg } from './resource-server-keys.ts'
import type { OktaResource } from './route.ts'

const about = 'AuthorizationServer'
const SERVERS = '/authorizationServers'

const orNull = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema) =>
  Type.Optional(Type.Union([Type.Null(), schema]))
const Uri = orNull(Type.String({ minLength: 1, maxLength: 2048 }))
const Body = Type.Object({
  name: Label,
  description: orNull(Prose),
  // Okta takes one.
  audiences: Type.Array(Type.String({ pattern: '^[\\x21-\\x7e]{1,1024}$' }), { minItems: 1, maxItems: 1 }),
  issuerMode: orNull(Type.Enum(ISSUER_MODES)),
  credentials: orNull(
    Type.Object({ signing: orNull(Type.Object({ rotationMode: orNull(Type.Enum(ROTATION_MODES)) })) }),
  ),
  accessTokenEncryptedResponseAlgorithm: orNull(Type.Enum(TOKEN_ENCRYPTION_ALGS)),
  jwks: orNull(Type.Object({ keys: Type.Array(Type.Intersect([SubmittedKey, KeyId()]), { maxItems: 100 }) })),
  // The specification's spelling, and that of the guide's captured response.
  jwks_uri: Uri,
  jwksUri: Uri,
})
const List = Type.Object({ ...PAGE_PARAMETERS, q: Type.Optional(Type.String({ maxLength: 255 })) })

/** `/authorizationServers`: custom authorization servers and their life cycle. */
export const authorizationServers: OktaResource = (okta, authority) => {
  okta.route(`GET ${SERVERS}`, {
    requires: 'okta.authorizationServers.read',
    about,
    query: List,
    async run({ actor, query }) {
      const request = pageRequest(query, 200)
      const page = {
        ...request,
        limit: request.limit + 1,
        ...(query.q !== undefined && { matching: query.q }),
      }
      const { items, next } = cutPage(
        await listAuthorizationServers(authority, actor, page),
        request,
        ({ createdAt, id }) => ({ createdAt, id }),
      )
      const shown: ShownServer[] = []
      for (const server of items) shown.push(await withKeys(authority, actor, server))
      return next === undefined ? { items: shown } : { items: shown, next }
    },
    answer: (page, call) => answerPage(call, page, (shown) => representServer(shown, call.publicUrl)),
  })

  okta.route(`POST ${SERVERS}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    body: Body,
    run: async ({ actor, body }) =>
      withKeys(authority, actor, await createAuthorizationServer(authority, actor, settingsOf(body))),
    status: 201,
    answer: (shown, { publicUrl }) => representServer(shown, publicUrl),
  })

  okta.route(`GET ${SERVERS}/{authServerId}`, {
    requires: 'okta.authorizationServers.read',
    about,
    params: ServerPath,
    run: async ({ actor, params }) =>
      withKeys(authority, actor, await getAuthorizationServer(authority, actor, params.authServerId)),
    answer: (shown, { publicUrl }) => representServer(shown, publicUrl),
  })

  okta.route(`PUT ${SERVERS}/{authServerId}`, {
    requires: 'okta.authorizationServers.manage',
    about,
    params: ServerPath,
    body: Body,
    run: async ({ actor, params, body }) => {
      const { authServerId } = params
      const server = await replaceAuthorizationServer(authority, actor, authServerId, settingsOf(body))
      return withKeys(authority, actor, server)
    },
    answer: (shown, { publicUrl }) => representServer(shown, publicUrl),
  })

  const steps = [
    [`DELETE ${SERVERS}/{authServerId}`, deleteAuthorizationServer],
    [`POST ${SERVERS}/{authServerId}/lifecycle/activate`, activateAuthorizationServer],
    [`POST ${SERVERS}/{authServerId}/lifecycle/deactivate`, deactivateAuthorizationServer],
  ] as const
  for (const [place, command] of steps) {
    okta.route(place, {
      requires: 'okta.authorizationServers.manage',
      about,
      params: ServerPath,
      run: ({ actor, params }) => command(authority, actor, params.authServerId),
      status: 204,
    })
  }
}

/** An authorization server with what Okta shows inside of it. */
export interface ShownServer {
  readonly server: AuthorizationServer
  readonly ring: StoredSigningRing
  readonly encryptionKeys: readonly ApiEncryptionKey[]
}

async function withKeys(
  authority: Authority,
  actor: Actor,
  server: AuthorizationServer,
): Promise<ShownServer> {
  return {
    server,
    ring: await signingRingOf(authority, actor.organizationId, server.id),
    encryptionKeys: await listApiEncryptionKeys(authority, actor, server.id),
  }
}

function KeyId() {
  return Type.Object({ id: orNull(Type.String({ maxLength: 64 })) })
}

function settingsOf(body: Static<typeof Body>): AuthorizationServerSettings {
  const rotationMode = body.credentials?.signing?.rotationMode
  const jwksUri = body.jwks_uri ?? body.jwksUri
  const encryptionAlg = body.accessTokenEncryptedResponseAlgorithm
  const jwks = body.jwks?.keys.map((key) => ({
    jwk: withoutAlg(key),
    ...(key.id && { id: key.id }),
    ...(key.status && { status: key.status }),
  }))
  return {
    name: body.name,
    audiences: body.audiences,
    ...(body.description && { description: body.description }),
    ...(body.issuerMode && { issuerMode: body.issuerMode }),
    ...(rotationMode && { rotationMode }),
    ...(encryptionAlg && { encryptionAlg }),
    ...(jwks && { jwks }),
    ...(jwksUri && { jwksUri }),
  }
}
