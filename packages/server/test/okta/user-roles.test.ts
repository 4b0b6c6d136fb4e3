import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { createCredential, openTestOkta, type TestOkta } from '../support/okta.ts'

describe.each(DATABASES)('roles of users on $name', (database) => {
  let server: TestOkta
  beforeAll(async () => {
    server = await openTestOkta(database)
  })
  afterAll(() => server.close())

  const assignment = (type: string, label: string) => ({
    id: type,
    label,
    type,
    status: 'ACTIVE',
    created: '2026-01-01T00:00:00.000Z',
    lastUpdated: '2026-01-01T00:00:00.000Z',
    assignmentType: 'USER',
  })
  const reader = assignment('READ_ONLY_ADMIN', 'Read-Only Administrator')
  const administrator = assignment('SUPER_ADMIN', 'Super Administrator')

  it('are given and taken, and hold from the next request on', async () => {
    const user = await createCredential(server.authority, server.authority.actorA)
    const roles = `/users/${user.userId}/roles` as const
    const super_ = { type: 'SUPER_ADMIN' }
    expect((await server.call(user, 'GET /users')).status).toBe(403)
    const given = await server.call(server.adminA, `POST ${roles}`, super_)
    expect([given.status, given.body]).toEqual([201, administrator])
    expect((await server.call(server.adminA, `POST ${roles}`, super_)).body.errorCode).toBe('E0000090')
    expect((await server.call(user, 'GET /users')).status).toBe(200)
    expect((await server.call(user, `GET ${roles}`)).body).toEqual([administrator])
    expect((await server.call(user, `GET ${roles}/SUPER_ADMIN`)).body).toEqual(administrator)
    expect((await server.call(server.adminA, `DELETE ${roles}/SUPER_ADMIN`)).status).toBe(204)
    expect((await server.call(server.adminA, `DELETE ${roles}/SUPER_ADMIN`)).status).toBe(404)
    expect((await server.call(user, 'GET /users')).status).toBe(403)
  })

  it('are not given by whoever has less', async () => {
    const user = await createCredential(server.authority, server.authority.actorA, 'organization_reader')
    const own = await server.call(user, 'POST /users/me/roles', { type: 'SUPER_ADMIN' })
    expect([own.status, own.body.errorCode]).toEqual([403, 'E0000006'])
    const { userId } = await createCredential(server.authority, server.authority.actorA)
    const given = await server.call(server.adminA, `POST /users/${userId}/roles`, { type: 'READ_ONLY_ADMIN' })
    expect([given.status, given.body]).toEqual([201, reader])
  })

  it.each(['ORG_ADMIN', 'installation_admin', '', null, 1])('do not include %s', async (type) => {
    const { status, body } = await server.call(server.adminA, 'POST /users/me/roles', { type })
    expect([status, body.errorCode]).toEqual([400, 'E0000001'])
  })

  it.each<
    [string, (id: string) => Parameters<TestOkta['call']> extends [unknown, ...infer Rest] ? Rest : never]
  >([
    [
      'set the password',
      (id) => [`POST /users/${id}`, { credentials: { password: { value: 'taken over now' } } }],
    ],
    ['change the login', (id) => [`POST /users/${id}`, { profile: { login: 'taken-over' } }]],
    ['give a temporary password', (id) => [`POST /users/${id}/lifecycle/expire_password_with_temp_password`]],
    ['suspend', (id) => [`POST /users/${id}/lifecycle/suspend`]],
    ['delete', (id) => [`DELETE /users/${id}`]],
  ])('above their own protect a user: nobody may %s', async (_, request) => {
    const { authority } = server
    const higher = await createCredential(
      authority,
      authority.actorA,
      'installation_admin',
      'organization_admin',
    )
    const { status, body } = await server.call(server.adminA, ...request(higher.userId))
    expect([status, body.errorCode]).toEqual([403, 'E0000006'])
    const own = await server.call(higher, 'GET /users/me')
    expect([own.status, own.body.status]).toEqual([200, 'ACTIVE'])
    expect((await server.call(higher, ...request(higher.userId))).status).toBeLessThan(300)
  })

  it('leave an organization one administrator', async () => {
    const { status, body } = await server.call(server.adminB, 'DELETE /users/me/roles/SUPER_ADMIN')
    expect([status, body.errorCauses[0].errorSummary]).toEqual([
      400,
      'The last administrator of the organization cannot be disabled or removed',
    ])
  })

  it('of another organization do not exist', async () => {
    const roles = `/users/${server.adminA.userId}/roles` as const
    for (const place of [`GET ${roles}`, `GET ${roles}/SUPER_ADMIN`, `DELETE ${roles}/SUPER_ADMIN`] as const)
      expect((await server.call(server.adminB, place)).status).toBe(404)
    const given = await server.call(server.adminB, `POST ${roles}`, { type: 'SUPER_ADMIN' })
    expect(given.status).toBe(404)
  })

  it("work through Okta's SDK", async () => {
    const { userId } = await createCredential(
      server.authority,
      server.authority.actorA,
      'organization_reader',
    )
    const { roleAssignmentApi } = new okta.Client({
      orgUrl: await server.listen(),
      token: server.adminA.token,
      cacheMiddleware: null,
    })
    await roleAssignmentApi.assignRoleToUser({ userId, assignRoleRequest: { type: 'SUPER_ADMIN' } })
    const types: unknown[] = []
    for await (const role of await roleAssignmentApi.listAssignedRolesForUser({ userId }))
      types.push(role?.type)
    expect(types.sort()).toEqual([reader.type, administrator.type])
    await roleAssignmentApi.unassignRoleFromUser({ userId, roleId: 'SUPER_ADMIN' })
    expect((await server.call(server.adminA, `GET /users/${userId}/roles`)).body).toEqual([reader])
  })
})
