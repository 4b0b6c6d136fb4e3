import { randomBytes } from 'node:crypto'
import { type Actor, type Authority, systemActor } from '../../authority/index.ts'
import { createApiToken, revokeApiToken } from '../../directory/api-tokens.ts'
import { type PreparedPassword, prepareGivenPassword } from '../../directory/passwords.ts'
import { addRole } from '../../directory/roles-of-users.ts'
import { addUser } from '../../directory/users.ts'
import { Secret } from '../../secrets/index.ts'
import { findUserByLogin } from '../../store/queries/users.ts'

const LOGIN = 'demonstration@localhost'
/** The token outlives the demonstration by minutes at most, also when the process is killed. Milliseconds. */
const LIFETIME = 600_000

/**
 * Lends the demonstration an API token, as an administrator would get one, and takes it back. It acts for a user
 * of its own, whose password nobody knows; an operator who disables that user has switched the demonstration off.
 */
export async function withApiToken<T>(
  authority: Authority,
  organizationId: string,
  work: (token: Secret) => Promise<T>,
): Promise<T> {
  const actor = systemActor(organizationId)
  const password = await prepareGivenPassword(new Secret(randomBytes(32).toString('base64url')))
  const userId = await ensureUser(authority, actor, password)
  const { token, value } = await createApiToken(authority, actor, {
    name: 'demonstration',
    userId,
    expiresAt: authority.clock.now() + LIFETIME,
  })
  try {
    return await work(value)
  } finally {
    await revokeApiToken(authority, actor, token.id)
  }
}

function ensureUser(authority: Authority, actor: Actor, password: PreparedPassword): Promise<string> {
  const at = authority.clock.now()
  return authority.store.write({ organizationId: actor.organizationId }, async (tx) => {
    const known = await findUserByLogin(tx, LOGIN)
    if (known !== undefined) return known.id
    const profile = { login: LOGIN, email: LOGIN, firstName: 'Demonstration' }
    const { id } = await addUser(tx, actor, { profile, password, activate: true }, at)
    await addRole(tx, actor, id, 'organization_admin', at)
    return id
  })
}
