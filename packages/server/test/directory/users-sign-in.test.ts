import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preparePassword } from '../../src/directory/passwords.ts'
import { createUser, getUser } from '../../src/directory/users.ts'
import { signIn } from '../../src/directory/users-sign-in.ts'
import { deactivateUser, expirePassword, suspendUser } from '../../src/revocation/user-lifecycle.ts'
import { Secret } from '../../src/secrets/index.ts'
import {
  ORGANIZATION_A,
  ORGANIZATION_B,
  openTestAuthority,
  type TestAuthority,
} from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const password = new Secret('correct horse battery staple')

describe.each(DATABASES)('signing in on $name', (database) => {
  let authority: TestAuthority
  beforeAll(async () => {
    authority = await openTestAuthority(database)
  })
  afterAll(() => authority.close())

  let count = 0
  async function somebody(activate = true) {
    const login = `Somebody-${count++}@example.com`
    const user = await createUser(authority, authority.actorA, {
      profile: { login, email: login },
      password: await preparePassword(password, login),
      activate,
    })
    return { ...user, login }
  }

  it('takes the login in any case, at the position before it, and notes the time', async () => {
    const { id, login } = await somebody()
    const signedIn = await signIn(authority, ORGANIZATION_A, { login: login.toUpperCase(), password })
    expect(signedIn).toMatchObject({ user: { id }, mustChangePassword: false })
    await suspendUser(authority, authority.actorA, id)
    const revoked = await authority.store.read({ organizationId: ORGANIZATION_A }, ({ db }) =>
      db
        .selectFrom('log_entries')
        .select('seq')
        .where('kind', '=', 'user.revoked')
        .orderBy('seq', 'desc')
        .executeTakeFirstOrThrow(),
    )
    expect(signedIn?.position.seq).toBeLessThan(revoked.seq)
    expect((await getUser(authority, authority.actorA, id)).lastLoginAt).toBe(authority.clock.now())
  })

  it('says that an expired password must be changed', async () => {
    const { id, login } = await somebody()
    await expirePassword(authority, authority.actorA, id)
    expect(await signIn(authority, ORGANIZATION_A, { login, password })).toMatchObject({
      mustChangePassword: true,
    })
  })

  it.each<[string, () => Promise<{ login: string; password?: Secret; organization?: string }>]>([
    ['an unknown login', async () => ({ login: 'nobody@example.com' })],
    ['a wrong password', async () => ({ login: (await somebody()).login, password: new Secret('wrong') })],
    ['another organization', async () => ({ login: (await somebody()).login, organization: ORGANIZATION_B })],
    ['a staged user', async () => ({ login: (await somebody(false)).login })],
    [
      'a suspended user',
      async () => {
        const { id, login } = await somebody()
        await suspendUser(authority, authority.actorA, id)
        return { login }
      },
    ],
    [
      'a deactivated user',
      async () => {
        const { id, login } = await somebody()
        await deactivateUser(authority, authority.actorA, id)
        return { login }
      },
    ],
  ])('refuses %s without a word', async (_, prepare) => {
    const attempt = await prepare()
    const organization = attempt.organization ?? ORGANIZATION_A
    expect(await signIn(authority, organization, { password, ...attempt })).toBeUndefined()
  })
})
