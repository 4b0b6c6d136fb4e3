import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import * as openid from 'openid-client'
import { fresh, type TokenFormat } from '../support/management.ts'
import { configurationOf } from '../support/oidc-world.ts'
import { type Constellation, HELD, type Held, namesOf } from './constellation.ts'

/** What a case makes void; what it does not name must stay good. */
export interface Voided {
  readonly access: readonly Held[]
  readonly refresh: readonly Held[]
  /** Whose sessions end. */
  readonly sessions?: readonly (keyof Constellation['sessions'])[]
  readonly code: boolean
}

export interface Case {
  readonly name: string
  /** It does to an authorization server what the others must not feel. */
  readonly ownServer?: true
  act(on: Constellation): Promise<unknown>
  voids(format: TokenFormat): Voided
}

const everything = { access: HELD, refresh: HELD, sessions: ['ada', 'elsewhere', 'ben'], code: true } as const
const nothing: Voided = { access: [], refresh: [], code: false }
const both = (...held: readonly Held[]): Pick<Voided, 'access' | 'refresh'> => ({
  access: held,
  refresh: held,
})
const except = (...spared: readonly Held[]): Held[] => HELD.filter((held) => !spared.includes(held))

const ofAda: Voided = { ...both(...except('otherUser')), sessions: ['ada', 'elsewhere'], code: true }
const ofApplication: Voided = { ...both(...except('otherApplication')), code: true }
const ofServer: Voided = { ...both(...except('otherServer')), code: true }
/** A refresh token serves the API that it was asked for; what brings tokens for a dead audience is dead itself. */
const ofApi: Voided = { ...both(...except('otherApi', 'otherServer')), code: true }

const usersCommand =
  (path: string, body?: unknown) =>
  ({ admin, ada }: Constellation) =>
    admin.ok(`POST /api/v1/users/${ada.id}${path}`, body)

/** Each scope of a revocation that somebody asks for. */
export const SCOPES: readonly Case[] = [
  {
    name: 'one token, by jti',
    async act(on) {
      const { jti } = await namesOf(on)
      await on.admin.revoke({ type: 'token', id: jti })
    },
    voids: () => ({ ...nothing, access: ['main'] }),
  },
  {
    name: 'one token, by presenting it',
    act: ({ admin, tokens }) => admin.revoke({ type: 'token', token: tokens.main.access }),
    voids: () => ({ ...nothing, access: ['main'] }),
  },
  {
    name: 'an access token, by its client (RFC 7009)',
    act: ({ tokens }) => revokedByClient(tokens.main.flow, tokens.main.access),
    voids: () => ({ ...nothing, access: ['main'] }),
  },
  {
    name: 'a refresh token, by its client (RFC 7009)',
    act: ({ tokens }) => revokedByClient(tokens.main.flow, tokens.main.refresh ?? ''),
    voids: () => ({ ...nothing, ...both('main') }),
  },
  {
    name: 'a refresh-token family',
    async act(on) {
      const { grant } = await namesOf(on)
      await on.admin.revoke({ type: 'grant', id: grant })
    },
    voids: () => ({ ...nothing, ...both('main') }),
  },
  {
    name: 'a session',
    async act(on) {
      const { sid } = await namesOf(on)
      await on.admin.revoke({ type: 'session', id: sid })
    },
    voids: () => ({ ...both(...except('otherUser', 'otherSession')), sessions: ['ada'], code: true }),
  },
  {
    name: 'a user',
    act: ({ admin, ada }) => admin.revoke({ type: 'user', id: ada.id }),
    voids: () => ofAda,
  },
  {
    name: 'an application',
    act: ({ admin, application }) => admin.revoke({ type: 'application', id: application.id }),
    voids: () => ofApplication,
  },
  {
    name: 'a user at an application',
    act: ({ admin, ada, application }) =>
      admin.revoke({ type: 'user_application', user: ada.id, application: application.id }),
    voids: () => ({ ...both(...except('otherUser', 'otherApplication')), code: true }),
  },
  {
    name: 'an API',
    act: ({ admin, api }) => admin.revoke({ type: 'api', id: api.identifier }),
    voids: () => ofApi,
  },
  {
    name: 'an authorization server',
    ownServer: true,
    act: ({ admin, api }) => admin.revoke({ type: 'authorization_server', id: api.serverId }),
    voids: () => ofServer,
  },
  {
    name: 'a key of a client',
    async act({ admin, application }) {
      const { keys } = await admin.ok(`GET /api/v1/apps/${application.id}/credentials/jwks`)
      await admin.revoke({ type: 'key', id: await calculateJwkThumbprint(keys[0]) })
    },
    voids: () => ofApplication,
  },
  {
    name: 'a signing key of an authorization server',
    ownServer: true,
    async act({ admin, api }) {
      const kid = activeKid(
        await admin.ok(`GET /api/v1/authorizationServers/${api.serverId}/credentials/keys`),
      )
      await admin.revoke({ type: 'key', id: kid })
    },
    // It voids what it signed: opaque tokens, refresh tokens and codes are signed by nobody.
    voids: (format) => ({ ...nothing, access: format === 'opaque' ? [] : except('otherServer') }),
  },
]

/** Changes that revoke by themselves. */
export const TRIGGERS: readonly Case[] = [
  { name: 'a user is suspended', act: usersCommand('/lifecycle/suspend'), voids: () => ofAda },
  { name: 'a user is deactivated', act: usersCommand('/lifecycle/deactivate'), voids: () => ofAda },
  {
    name: 'a user is deleted',
    async act({ admin, ada }) {
      await admin.ok(`DELETE /api/v1/users/${ada.id}`)
      await admin.ok(`DELETE /api/v1/users/${ada.id}`)
    },
    voids: () => ofAda,
  },
  {
    name: 'a user is renamed',
    act: ({ admin, ada }) =>
      admin.ok(`POST /api/v1/users/${ada.id}`, { profile: { login: `${fresh('renamed')}@example.com` } }),
    voids: () => ofAda,
  },
  {
    name: 'a user changes the password',
    act: ({ admin, ada }) =>
      admin.ok(`POST /api/v1/users/${ada.id}/credentials/change_password`, {
        oldPassword: { value: ada.password },
        newPassword: { value: fresh('another secret phrase') },
      }),
    voids: () => ofAda,
  },
  {
    name: 'an administrator sets the password',
    act: ({ admin, ada }) =>
      admin.ok(`POST /api/v1/users/${ada.id}`, {
        credentials: { password: { value: fresh('a new secret phrase') } },
      }),
    voids: () => ofAda,
  },
  {
    name: 'a password is reset',
    act: usersCommand('/lifecycle/expire_password_with_temp_password'),
    voids: () => ofAda,
  },
  {
    name: 'an application is deactivated',
    act: ({ admin, application }) => admin.ok(`POST /api/v1/apps/${application.id}/lifecycle/deactivate`),
    voids: () => ofApplication,
  },
  {
    name: 'an application is deleted',
    async act({ admin, application }) {
      await admin.ok(`POST /api/v1/apps/${application.id}/lifecycle/deactivate`)
      await admin.ok(`DELETE /api/v1/apps/${application.id}`)
    },
    voids: () => ofApplication,
  },
  {
    name: 'an API is deleted',
    act: ({ admin, api }) => admin.ok(`DELETE /api/rescind/v1/apis/${api.id}`),
    voids: () => ofApi,
  },
  {
    name: 'an authorization server is deactivated',
    ownServer: true,
    act: ({ admin, api }) =>
      admin.ok(`POST /api/v1/authorizationServers/${api.serverId}/lifecycle/deactivate`),
    voids: () => ofServer,
  },
  {
    name: 'an authorization server is deleted',
    ownServer: true,
    act: ({ admin, api }) => admin.ok(`DELETE /api/v1/authorizationServers/${api.serverId}`),
    voids: () => ofServer,
  },
]

/** Good order: something is replaced, and nothing becomes void. */
export const RETIREMENTS: readonly Case[] = [
  {
    name: 'a key of a client is deactivated and deleted, another having taken over',
    async act(on) {
      const { admin, application, tokens } = on
      const path = `/api/v1/apps/${application.id}/credentials/jwks` as const
      const [old] = (await admin.ok(`GET ${path}`)).keys
      const kid = fresh('key')
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
      await admin.ok(`POST ${path}`, {
        ...(await exportJWK(publicKey)),
        kid,
        use: 'sig',
        alg: 'ES256',
        status: 'ACTIVE',
      })
      await admin.ok(`POST ${path}/${old.id}/lifecycle/deactivate`)
      await admin.ok(`DELETE ${path}/${old.id}`)
      const successor = { ...application, key: { kid, key: privateKey } }
      for (const held of HELD) {
        const { flow } = tokens[held]
        if (flow.client === application)
          tokens[held] = { ...tokens[held], flow: { ...flow, client: successor } }
      }
      on.code = { ...on.code, flow: { ...on.code.flow, client: successor } }
    },
    voids: () => nothing,
  },
  {
    name: 'a secret of a client is deactivated and deleted, another having taken over',
    async act({ admin, otherApplication, tokens }) {
      const path = `/api/v1/apps/${otherApplication.id}/credentials/secrets` as const
      const [old] = await admin.ok(`GET ${path}`)
      const { client_secret: secret } = await admin.ok(`POST ${path}`)
      await admin.ok(`POST ${path}/${old.id}/lifecycle/deactivate`)
      await admin.ok(`DELETE ${path}/${old.id}`)
      const held = tokens.otherApplication
      tokens.otherApplication = { ...held, flow: { ...held.flow, client: { ...otherApplication, secret } } }
    },
    voids: () => nothing,
  },
]

/** The widest scope, tried in an organization of its own. */
export const ORGANIZATION: Case = {
  name: 'an organization',
  async act({ admin }) {
    const { organizationId } = await admin.ok('GET /api/rescind/v1/bootstrap')
    await admin.revoke({ type: 'organization', id: organizationId })
  },
  voids: () => everything,
}

async function revokedByClient(
  { client, api }: { client: Parameters<typeof configurationOf>[0]; api: { readonly issuer: string } },
  token: string,
): Promise<void> {
  await openid.tokenRevocation(await configurationOf(client, api.issuer), token)
}

function activeKid(keys: readonly { readonly kid: string; readonly status: string }[]): string {
  return keys.find(({ status }) => status === 'ACTIVE')?.kid ?? ''
}
