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

/** An administrator made ready outside the transaction that will add them. */
export interface PreparedAdministrator {
  readonly credentials: AdministratorCredentials
  readonly roles: readonly Role[]
  readonly password: PreparedPassword
  readonly digestKey: PreparedDigestKey
}

/** @throws DomainError `password_refused` */
export async function prepareAdministrator(
  authority: Authority,
  given: GivenCredentials,
  roles: readonly Role[],
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
  { credentials, roles, password, digestKey }: PreparedAdministrator,
  at: number,
): Promise<void> {
  const { login } = credentials
  const email = login.includes('@') ? login : `${login}@localhost`
  const user = await addUser(tx, actor, { profile: { login, email }, password, activate: true }, at)
  for (const role of roles) await addRole(tx, actor, user.id, role, at)
  const name = 'administrator'
  await addApiToken(tx, actor, { name, userId: user.id, value: credentials.apiToken }, at)
  await addDigestKey(tx, actor, digestKey, { description: name, roles }, at)
  await addServiceAccount(tx, actor, credentials.serviceAccount, { name, description: '', roles }, at)
}

function newSecret(bytes = 18): Secret {
  return new Secret(randomBytes(bytes).toString('base64url'))
}
