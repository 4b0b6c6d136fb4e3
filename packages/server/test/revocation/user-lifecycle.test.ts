import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../src/authority/index.ts'
import { preparePassword } from '../../src/directory/passwords.ts'
import { grantRole, withdrawRole } from '../../src/directory/roles-of-users.ts'
import { createUser, getUser } from '../../src/directory/users.ts'
import { changePassword, updateUser } from '../../src/revocation/user-credentials.ts'
import {
  activateUser,
  deactivateUser,
  deleteUser,
  expirePassword,
  resetToTemporaryPassword,
  suspendUser,
  unsuspendUser,
} from '../../src/revocation/user-lifecycle.ts'
import { Secret } from '../../src/secrets/index.ts'
import { openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const PASSWORD = new Secret('correct horse battery staple')

describe.each(DATABASES)('what follows from a change of a user on $name', (database) => {
  let authority: TestAuthority
  let actor: Actor
  beforeAll(async () => {
    authority = await openTestAuthority(database)
    actor = authority.actorA
  })
  afterAll(() => authority.close())

  let count = 0
  async function somebody(activate = true) {
    const login = `somebody-${count++}@example.com`
    const { id } = await createUser(authority, actor, {
      profile: { login, email: login },
      password: await preparePassword(PASSWORD, login),
      activate,
    })
    return id
  }
  async function entriesOf(userId: string, organizationId = actor.organizationId) {
    const rows = await authority.store.read({ organizationId }, ({ db }) =>
      db
        .selectFrom('log_entries')
        .select('body')
        .where('log_id', '=', organizationId)
        .orderBy('seq')
        .execute(),
    )
    return rows
      .map(({ body }) => JSON.parse(body))
      .filter((entry) => entry.subject.user === userId)
      .map(({ kind, cause }) => (cause === undefined ? kind : `${kind} because ${cause}`))
  }

  const suspended = ['user.updated', 'user.blocked', 'user.revoked because user.suspended']
  const deactivated = ['user.updated', 'user.blocked', 'user.revoked because user.deactivated']
  it.each<[string, (id: string) => Promise<unknown>, string[]]>([
    ['suspend', (id) => suspendUser(authority, actor, id), suspended],
    [
      'unsuspend',
      async (id) => {
        await suspendUser(authority, actor, id)
        await unsuspendUser(authority, actor, id)
      },
      [...suspended, 'user.updated', 'user.unblocked'],
    ],
    ['deactivate', (id) => deactivateUser(authority, actor, id), deactivated],
    [
      'deactivate a suspended user',
      async (id) => {
        await suspendUser(authority, actor, id)
        await deactivateUser(authority, actor, id)
      },
      [...suspended, 'user.updated', 'user.revoked because user.deactivated'],
    ],
    [
      'activate a deactivated user',
      async (id) => {
        await deactivateUser(authority, actor, id)
        await activateUser(authority, actor, id)
      },
      [...deactivated, 'user.updated', 'user.unblocked'],
    ],
    [
      'delete',
      async (id) => {
        expect(await deleteUser(authority, actor, id)).toBe('deactivated')
        expect(await deleteUser(authority, actor, id)).toBe('deleted')
      },
      [...deactivated, 'user.deleted', 'user.revoked because user.deleted'],
    ],
    [
      'rename',
      (id) => updateUser(authority, actor, id, { profile: { merge: { login: `renamed-${id}` } } }),
      ['user.updated', 'user.revoked because user.renamed'],
    ],
    [
      'rename and a password',
      (id) =>
        updateUser(authority, actor, id, {
          profile: { merge: { login: `renamed-${id}` } },
          password: PASSWORD,
        }),
      ['user.updated', 'user.revoked because user.renamed', 'user.revoked because user.password_changed'],
    ],
    [
      'set a password',
      (id) => updateUser(authority, actor, id, { password: PASSWORD }),
      ['user.updated', 'user.revoked because user.password_changed'],
    ],
    [
      'change a password',
      (id) =>
        changePassword(authority, actor, id, {
          oldPassword: PASSWORD,
          newPassword: new Secret('another password'),
        }),
      ['user.updated', 'user.revoked because user.password_changed'],
    ],
    [
      'a temporary password',
      (id) => resetToTemporaryPassword(authority, actor, id),
      ['user.updated', 'user.revoked because user.password_reset'],
    ],
    ['expire a password', (id) => expirePassword(authority, actor, id), ['user.updated']],
    [
      'another title',
      (id) => updateUser(authority, actor, id, { profile: { merge: { title: 'Dr' } } }),
      ['user.updated'],
    ],
    ['nothing new', (id) => updateUser(authority, actor, id, { profile: { merge: {} } }), []],
  ])('%s', async (_, change, expected) => {
    const id = await somebody()
    await change(id)
    expect(await entriesOf(id)).toEqual(['user.created', ...expected])
  })

  it.each<[string, (id: string) => Promise<unknown>, string]>([
    ['unsuspend', (id) => unsuspendUser(authority, actor, id), 'user_status_forbids'],
    ['activate', (id) => activateUser(authority, actor, id), 'user_status_forbids'],
    [
      'a wrong old password',
      (id) =>
        changePassword(authority, actor, id, { oldPassword: new Secret('wrong'), newPassword: PASSWORD }),
      'password_incorrect',
    ],
    [
      'a password that is too short',
      (id) =>
        updateUser(authority, actor, id, {
          profile: { merge: { title: 'x' } },
          password: new Secret('short'),
        }),
      'password_refused',
    ],
    [
      'a login that is taken, in another spelling',
      async (id) => {
        const { profile } = await getUser(authority, actor, await somebody())
        await updateUser(authority, actor, id, {
          profile: { merge: { title: 'x', login: profile.login.toUpperCase() } },
        })
      },
      'user_login_taken',
    ],
  ])('refuses %s and changes nothing', async (_, change, code) => {
    const id = await somebody()
    const before = await getUser(authority, actor, id)
    await expect(change(id)).rejects.toMatchObject({ code })
    expect(await getUser(authority, actor, id)).toEqual(before)
    expect(await entriesOf(id)).toEqual(['user.created'])
  })

  it('writes no value of a profile and no password into the log', async () => {
    const id = await somebody()
    await updateUser(authority, actor, id, {
      profile: { merge: { mobilePhone: '+49 151 canary' } },
      password: new Secret('a canary in a password'),
    })
    const rows = await authority.store.read({ organizationId: actor.organizationId }, ({ db }) =>
      db.selectFrom('log_entries').select('body').execute(),
    )
    expect(JSON.stringify(rows)).toContain('profile.mobilePhone')
    expect(JSON.stringify(rows)).not.toContain('canary')
  })

  it('keeps one administrator of an organization, also when two go at once', async () => {
    const ids = [await somebody(), await somebody()]
    for (const id of ids) await grantRole(authority, actor, id, 'organization_admin')
    const outcomes = await Promise.allSettled(ids.map((id) => suspendUser(authority, actor, id)))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const left = ids[outcomes.findIndex(({ status }) => status === 'rejected')] ?? ''
    for (const attempt of [
      () => suspendUser(authority, actor, left),
      () => deleteUser(authority, actor, left),
      () => withdrawRole(authority, actor, left, 'organization_admin'),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'user_is_last_administrator' })
    await grantRole(authority, actor, await somebody(), 'organization_admin')
    await withdrawRole(authority, actor, left, 'organization_admin')
    await suspendUser(authority, actor, left)
  })

  it('does not touch another organization', async () => {
    const id = await somebody()
    const before = await entriesOf(id)
    const { actorB } = authority
    for (const attempt of [
      () => suspendUser(authority, actorB, id),
      () => deleteUser(authority, actorB, id),
      () => updateUser(authority, actorB, id, { password: PASSWORD }),
      () => changePassword(authority, actorB, id, { oldPassword: PASSWORD, newPassword: PASSWORD }),
      () => resetToTemporaryPassword(authority, actorB, id),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' })
    expect(await entriesOf(id)).toEqual(before)
    expect(await entriesOf(id, actorB.organizationId)).toEqual([])
  })
})
