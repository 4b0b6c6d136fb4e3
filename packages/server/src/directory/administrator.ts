import { randomBytes } from 'node:crypto'
import type { Actor, Authority, Role } from '../authority/index.ts'
import { Secret } from '../secrets/index.ts'
import type { WriteTx } from '../store/index.ts'
import { addApiToken } from './api-tokens.ts'
import {
  addDigestKey,
  type DigestCredential,
  newDigestCredential,
  type PreparedDigestKey,
  prepareDigestKey,
} from './digest-keys.ts'
import type { OrganizationRole } from './granted-roles.ts'
import { type PreparedPassword, prepareGivenPassword } from './passwords.ts'
import { addRole } from './roles-of-users.ts'
import {
  addServiceAccount,
  newServiceAccountCredential,
  type ServiceAccountCredential,
} from './service-accounts.ts'
import { addUser } from './users.ts'

/** What the operator chose; what is absent is generated. */
export interface GivenCredentials {
  readonly login: string
  readonly password?: Secret | undefined
  readonly apiToken?: Secret | undefined
  readonly digestKey?: DigestCredential | undefined
  readonly serviceAccount?: ServiceAccountCredential | undefined
}

/** Every way in which an organization's first administrator can sign in. Shown once. */
export interface AdministratorCredentials {
  readonly login: string
  readonly password: Secret
  readonly apiToken: Secret
  readonly digestKey: DigestCredential
  readonly serviceAccount: ServiceAccountCredential
}

/** What the two credentials of the Atlas API are called and may do, where whoever creates them says so. */
export interface AdministratorContents {
  readonly digestKey?: { readonly description: string; readonly granted: readonly OrganizationRole[] }
  readonly serviceAccount?: {
    readonly name: string
    readonly description: string
    readonly granted: readonly OrganizationRole[]
    /** Milliseconds since the epoch. */
    readonly secretExpiresAt: number
  }
}

/** An administrator made ready outside the transaction that will add them. */
export interface PreparedAdministrator {
  readonly credentials: AdministratorCredentials
  readonly roles: readonly Role[]
  readonly password: PreparedPassword
  readonly digestKey: PreparedDigestKey
  readonly contents: AdministratorContents
}

/** @throws DomainError `password_refused` */
export async function prepareAdministrator(
  authority: Authority,
  given: GivenCredentials,
  roles: readonly Role[],
  contents: AdministratorContents = {},
): Promise<PreparedAdministrator> {
  const credentials: AdministratorCredentials = {
    login: given.login,
    password: given.password ?? newSecret(),
    apiToken: given.apiToken ?? new Secret(`00${newSecret(32).reveal()}`),
    digestKey: given.digestKey ?? newDigestCredential(),
    serviceAccount: given.serviceAccount ?? newServiceAccountCredential(),
  }
  return {
    credentials,
    roles,
    password: await prepareGivenPassword(credentials.password),
    digestKey: await prepareDigestKey(authority, credentials.digestKey),
    contents,
  }
}

/**
 * Adds the administrator with an API token, a digest key and a service account to the organization of the
 * transaction.
 *
 * @param actor the authority itself
 * @param at milliseconds since the epoch
 * @throws DomainError `user_login_taken`, `api_token_taken`, `digest_key_taken`, `service_account_taken`
 */
export async function addAdministrator(
  tx: WriteTx,
  actor: Actor,
  { credentials, roles, password, digestKey, contents }: PreparedAdministrator,
  at: number,
): Promise<void> {
  const { login } = credentials
  const email = login.includes('@') ? login : `${login}@localhost`
  const user = await addUser(tx, actor, { profile: { login, email }, password, activate: true }, at)
  for (const role of roles) await addRole(tx, actor, user.id, role, at)
  const name = 'administrator'
  await addApiToken(tx, actor, { name, userId: user.id, value: credentials.apiToken }, at)
  const key = { description: name, roles, ...contents.digestKey }
  await addDigestKey(tx, actor, digestKey, key, at)
  const account = { name, description: '', roles, ...contents.serviceAccount }
  await addServiceAccount(tx, actor, credentials.serviceAccount, account, at)
}

function newSecret(bytes = 18): Secret {
  return new Secret(randomBytes(bytes).toString('base64url'))
}
