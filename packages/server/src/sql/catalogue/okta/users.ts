import { json, type Resource, text, timestamp } from '../resource.ts'
import { REFRESH_TOKEN } from './apps.ts'
import { oktaMethod } from './method.ts'

const USER = '/users/{userId}'
const TOKENS = `${USER}/clients/{clientId}/tokens` as const
const GRANTS = `${USER}/grants` as const

const PERSON = [
  json('profile', 'login, email, firstName, lastName, …'),
  { ...json('credentials', 'A password: {"password":{"value":"…"}}'), secret: true },
]

const lifecycle = (name: string, step: string, description: string) =>
  oktaMethod({ name, verb: 'exec', place: `POST ${USER}/lifecycle/${step}`, description })

export const users: Resource = {
  provider: 'okta',
  service: 'users',
  name: 'users',
  description: 'The people who sign in',
  columns: [
    text('id', 'The id of the user: 00u…'),
    text('status', 'STAGED, PROVISIONED, ACTIVE, PASSWORD_EXPIRED, SUSPENDED or DEPROVISIONED'),
    text('login', 'What they sign in with', 'profile.login'),
    text('email', 'Their address', 'profile.email'),
    timestamp('created', 'When the user was created'),
    timestamp('activated', 'When the user was activated'),
    timestamp('statusChanged', 'When the status changed last'),
    timestamp('lastLogin', 'When they signed in last'),
    timestamp('lastUpdated', 'When the user was changed last'),
    timestamp('passwordChanged', 'When the password was changed last'),
    json('profile', 'The whole profile'),
    json('_links', 'What may be done with it next'),
  ],
  methods: [
    oktaMethod({
      name: 'get_user',
      verb: 'select',
      place: `GET ${USER}`,
      description: 'One user, by id or login',
    }),
    oktaMethod({
      name: 'list_users',
      verb: 'select',
      place: 'GET /users',
      query: ['search', 'filter', 'q'],
      paged: true,
      description: 'All users',
    }),
    oktaMethod({
      name: 'create_user',
      verb: 'insert',
      place: 'POST /users',
      query: ['activate', 'nextLogin'],
      body: PERSON,
      description: 'Creates a user',
    }),
    oktaMethod({
      name: 'update_user',
      verb: 'update',
      place: `POST ${USER}`,
      body: PERSON,
      description: 'Changes what is said of the profile, or the password',
    }),
    oktaMethod({
      name: 'replace_user',
      verb: 'replace',
      place: `PUT ${USER}`,
      body: PERSON,
      description: 'Replaces the whole profile',
    }),
    oktaMethod({
      name: 'delete_user',
      verb: 'delete',
      place: `DELETE ${USER}`,
      description: 'Deactivates a user; deletes one who is deactivated',
    }),
    lifecycle('activate_user', 'activate', 'Activates a user'),
    lifecycle('reactivate_user', 'reactivate', 'Activates a user again who never came'),
    lifecycle('deactivate_user', 'deactivate', 'Deactivates a user: what they hold is void'),
    lifecycle('suspend_user', 'suspend', 'Suspends a user: what they hold is void'),
    lifecycle('unsuspend_user', 'unsuspend', 'Lets a suspended user in again'),
    lifecycle('expire_password', 'expire_password', 'Makes a user choose another password'),
  ],
}

export const oauthTokens: Resource = {
  provider: 'okta',
  service: 'users',
  name: 'oauth_tokens',
  description: 'The refresh tokens of a user at an application',
  columns: REFRESH_TOKEN,
  methods: [
    oktaMethod({
      name: 'get_refresh_token_for_user_and_client',
      verb: 'select',
      place: `GET ${TOKENS}/{tokenId}`,
      description: 'One refresh token',
    }),
    oktaMethod({
      name: 'list_refresh_tokens_for_user_and_client',
      verb: 'select',
      place: `GET ${TOKENS}`,
      paged: true,
      description: 'All refresh tokens of a user at an application',
    }),
    oktaMethod({
      name: 'revoke_token_for_user_and_client',
      verb: 'delete',
      place: `DELETE ${TOKENS}/{tokenId}`,
      description: 'Revokes one refresh token',
    }),
    oktaMethod({
      name: 'revoke_tokens_for_user_and_client',
      verb: 'delete',
      place: `DELETE ${TOKENS}`,
      description: 'Revokes all of them',
    }),
  ],
}

export const userGrants: Resource = {
  provider: 'okta',
  service: 'users',
  name: 'grants',
  description: 'What a user allowed applications, a scope at a time',
  columns: [
    text('id', 'The id of the grant: oag…'),
    text('status', 'ACTIVE'),
    timestamp('created', 'When it was given'),
    json('createdBy', 'Who gave it'),
    timestamp('lastUpdated', 'When it was given'),
    text('issuer', 'The authorization server of the scope'),
    text('clientId', 'The application'),
    text('scopeId', 'The scope'),
    text('source', 'END_USER'),
    json('_links', 'Whom it concerns'),
  ],
  methods: [
    oktaMethod({
      name: 'get_user_grant',
      verb: 'select',
      place: `GET ${GRANTS}/{grantId}`,
      description: 'One grant',
    }),
    oktaMethod({
      name: 'list_grants_for_user_and_client',
      verb: 'select',
      place: `GET ${USER}/clients/{clientId}/grants`,
      paged: true,
      description: 'What a user allowed one application',
    }),
    oktaMethod({
      name: 'list_user_grants',
      verb: 'select',
      place: `GET ${GRANTS}`,
      paged: true,
      description: 'All that a user allowed',
    }),
    oktaMethod({
      name: 'revoke_user_grant',
      verb: 'delete',
      place: `DELETE ${GRANTS}/{grantId}`,
      description: 'Takes back what the user allowed that application',
    }),
    oktaMethod({
      name: 'revoke_grants_for_user_and_client',
      verb: 'delete',
      place: `DELETE ${USER}/clients/{clientId}/grants`,
      description: 'Takes back what the user allowed one application',
    }),
    oktaMethod({
      name: 'revoke_user_grants',
      verb: 'delete',
      place: `DELETE ${GRANTS}`,
      description: 'Takes back all that the user allowed',
    }),
  ],
}
