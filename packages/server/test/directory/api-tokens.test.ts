import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/authority/index.ts'
import {
  authenticateApiToken,
  createApiToken,
  getApiToken,
  listApiTokens,
  revokeApiToken,
} from '../../src/directory/api-tokens.ts'
import { preparePassword } from '../../src/directory/passwords.ts'
import { grantRole, withdrawRole } from '../../src/directory/roles-of-users.ts'
import { createUser } from '../../src/directory/users.ts'
import { recordRevocation } from '../../src/revocation/record.ts'
import { changePassword, updateUser } from '../../src/revocation/user-credentials.ts'
import {
  activateUser,
  deleteUser,
  expirePassword,
  suspendUser,
  unsuspendUser,
} from '../../src/revocation/user-lifecycle.ts'
import { Secret } from '../../src/secrets/index.ts'
import { openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const PASSWORD = new Secret('a password of forty-two characters or less')

describe.each(DATABASES)('an API token on $name', (database) => {
  let authority: TestAuthority
  let system: Actor
  beforeAll(async () => {
    authority = await openTestAuthority(database)
    system = authority.actorA
  })
  afterAll(() => authority.close())

  let count = 0
  async function owner() {
    const login = `owner-${count++}@example.com`
    return createUser(authority, system, {
      profile: { login, email: login },
      password: await preparePassword(PASSWORD, login),
      activate: true,
    })
  }
  async function foreignOwner() {
    const login = `foreign-${count++}@example.com`
    const { id } = await createUser(authority, authority.actorB, {
      profile: { login, email: login },
      password: await preparePassword(PASSWORD, login),
      activate: true,
    })
    return id
  }
  const authenticate = (value: Secret) => authenticateApiToken(authority, value)
  const kinds = async () => {
    const rows = await authority.store.read({ organizationId: system.organizationId }, ({ db }) =>
      db.selectFrom('log_entries').select('kind').orderBy('seq').execute(),
    )
    return rows.map(({ kind }) => kind)
  }

  it('acts for its owner with the roles that the owner has when it is used', async () => {
    const { id: userId } = await owner()
    const { token, value } = await createApiToken(authority, system, { name: 'ci', userId })
    expect(token.id).toMatch(/^00T[0-9A-Za-z]{17}$/)
    expect(value.reveal()).toMatch(/^00[A-Za-z0-9_-]{43}$/)
    const actor = { type: 'api_token', id: token.id, organizationId: system.organizationId, userId }
    expect(await authenticate(value)).toMatchObject({ ...actor, roles: new Set() })
    await grantRole(authority, system, userId, 'organization_admin')
    expect(await authenticate(value)).toMatchObject({ ...actor, roles: new Set(['organization_admin']) })
  })

  it('is kept as a hash alone', async () => {
    const { id: userId } = await owner()
    const { value } = await createApiToken(authority, system, { name: 'hashed', userId })
    const rows = await authority.store.read({ organizationId: system.organizationId }, async ({ db }) => [
      await db.selectFrom('api_tokens').selectAll().execute(),
      await db.selectFrom('log_entries').selectAll().execute(),
    ])
    expect(JSON.stringify(rows)).not.toContain(value.reveal())
  })

  it('is revoked at once, with an entry each for its beginning and its end', async () => {
    const { id: userId } = await owner()
    const { token, value } = await createApiToken(authority, system, { name: 'short', userId })
    await revokeApiToken(authority, system, token.id)
    expect(await authenticate(value)).toBeUndefined()
    expect((await kinds()).slice(-2)).toEqual(['api_token.created', 'api_token.revoked'])
    await expect(revokeApiToken(authority, system, token.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('expires', async () => {
    const { id: userId } = await owner()
    const expiresAt = authority.clock.now() + 1000
    const { value } = await createApiToken(authority, system, { name: 'brief', userId, expiresAt })
    authority.clock.advance(999)
    expect(await authenticate(value)).toBeDefined()
    authority.clock.advance(1)
    expect(await authenticate(value)).toBeUndefined()
  })

  it.each([
    ['suspended', (id: string) => suspendUser(authority, system, id)],
    [
      'suspended and let in again',
      async (id: string) => {
        await suspendUser(authority, system, id)
        await unsuspendUser(authority, system, id)
      },
    ],
    ['deactivated', (id: string) => deleteUser(authority, system, id)],
    [
      'deactivated and activated again',
      async (id: string) => {
        await deleteUser(authority, system, id)
        await activateUser(authority, system, id)
        await updateUser(authority, system, id, { password: PASSWORD })
      },
    ],
    [
      'deleted',
      async (id: string) => {
        await deleteUser(authority, system, id)
        await deleteUser(authority, system, id)
      },
    ],
    [
      'renamed',
      (id: string) => updateUser(authority, system, id, { profile: { merge: { login: `new-${id}` } } }),
    ],
    ['given a password', (id: string) => updateUser(authority, system, id, { password: PASSWORD })],
    [
      'given a password by themselves',
      (id: string) =>
        changePassword(authority, system, id, {
          oldPassword: PASSWORD,
          newPassword: new Secret('another password'),
        }),
    ],
  ])('is void once its owner was %s', async (_, change) => {
    const { id: userId } = await owner()
    const { value } = await createApiToken(authority, system, { name: 'void', userId })
    expect(await authenticate(value)).toBeDefined()
    await change(userId)
    expect(await authenticate(value)).toBeUndefined()
  })

  it.each([
    [
      'a new name is given to it',
      (id: string) => updateUser(authority, system, id, { profile: { merge: { title: 'Dr' } } }),
    ],
    ['the password only expires', (id: string) => expirePassword(authority, system, id)],
  ])('stays good when %s', async (_, change) => {
    const { id: userId } = await owner()
    const { value } = await createApiToken(authority, system, { name: 'good', userId })
    await change(userId)
    expect(await authenticate(value)).toBeDefined()
  })

  it.each(['user', 'organization'] as const)('is void once somebody revoked its %s', async (type) => {
    const { id: userId } = await owner()
    const { value } = await createApiToken(authority, system, { name: 'void', userId })
    const { value: foreign } = await createApiToken(authority, authority.actorB, {
      name: 'foreign',
      userId: await foreignOwner(),
    })
    const target = type === 'user' ? { type, user: userId } : { type, organization: system.organizationId }
    await authority.store.write({ organizationId: system.organizationId }, (tx) =>
      recordRevocation(authority, tx, system, target, { code: 'compromised' }),
    )
    expect(await authenticate(value)).toBeUndefined()
    expect(await authenticate(foreign)).toBeDefined()
  })

  it('made after a revocation of the owner is good', async () => {
    const { id: userId } = await owner()
    await suspendUser(authority, system, userId)
    await unsuspendUser(authority, system, userId)
    const { value } = await createApiToken(authority, system, { name: 'after', userId })
    expect(await authenticate(value)).toBeDefined()
  })

  it('is made by its owner only, or by the authority itself', async () => {
    const { id: userId } = await owner()
    const { id: other } = await owner()
    const { value } = await createApiToken(authority, system, { name: 'own', userId })
    const actor = await authenticate(value)
    if (actor === undefined) throw new Error('the token is not good')
    const { token } = await createApiToken(authority, actor, { name: 'more' })
    expect(token.userId).toBe(userId)
    for (const draft of [
      { name: 'x', userId: other },
      { name: 'x', userId: 'nobody' },
    ])
      await expect(createApiToken(authority, actor, draft)).rejects.toMatchObject({
        code: 'api_token_without_owner',
      })
  })

  it('of a given value is imported once in the whole installation', async () => {
    const { id: userId } = await owner()
    const value = new Secret('a value that an operator chose')
    await createApiToken(authority, system, { name: 'imported', userId, value })
    expect(await authenticate(value)).toMatchObject({ userId })
    const before = await kinds()
    await expect(createApiToken(authority, system, { name: 'again', userId, value })).rejects.toMatchObject({
      code: 'api_token_taken',
    })
    expect(await kinds()).toEqual(before)
  })

  it('notes when it was last used, once in a minute, without an entry', async () => {
    const { id: userId } = await owner()
    const { token, value } = await createApiToken(authority, system, { name: 'used', userId })
    const before = await kinds()
    const lastUsed = async () => {
      // Commands of an organization follow each other: when this one is done, so are the notes before it.
      await authority.store.write({ organizationId: system.organizationId }, async () => {})
      return (await getApiToken(authority, system, token.id)).lastUsedAt
    }
    expect(await lastUsed()).toBeNull()
    await authenticate(value)
    const first = authority.clock.now()
    expect(await lastUsed()).toBe(first)
    authority.clock.advance(59_999)
    await authenticate(value)
    expect(await lastUsed()).toBe(first)
    authority.clock.advance(1)
    await authenticate(value)
    expect(await lastUsed()).toBe(first + 60_000)
    expect(await kinds()).toEqual(before)
  })

  it('of another organization does not exist', async () => {
    const { id: userId } = await owner()
    const { token } = await createApiToken(authority, system, { name: 'ours', userId })
    const { actorB } = authority
    await expect(getApiToken(authority, actorB, token.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(revokeApiToken(authority, actorB, token.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(createApiToken(authority, actorB, { name: 'theirs', userId })).rejects.toMatchObject({
      code: 'not_found',
    })
    const listed = await listApiTokens(authority, actorB, { limit: 100 })
    expect(listed.map(({ name }) => name)).not.toContain('ours')
    await expect(withdrawRole(authority, actorB, userId, 'organization_admin')).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(grantRole(authority, actorB, userId, 'organization_admin')).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
