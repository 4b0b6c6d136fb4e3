import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replaceApplication } from '../../src/directory/application-replacement.ts'
import { createApplication, getApplication } from '../../src/directory/applications.ts'
import {
  activateClientSecret,
  addClientSecret,
  deactivateClientSecret,
  deleteClientSecret,
  listClientSecrets,
} from '../../src/directory/client-secrets.ts'
import {
  activateApplication,
  deactivateApplication,
  deleteApplication,
} from '../../src/revocation/application-lifecycle.ts'
import { openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { SERVICE, WEB } from '../support/client-drafts.ts'
import { clientsByLog, clientsByTables, entriesOf } from '../support/client-history.ts'
import { DATABASES } from '../support/databases.ts'
import { ecKey } from '../support/jwks.ts'

describe.each(DATABASES)('the life of an application on $name', (database) => {
  let authority: TestAuthority
  beforeAll(async () => {
    authority = await openTestAuthority(database)
  })
  afterAll(() => authority.close())

  /** What a command wrote: kind, client and cause of each entry. */
  async function written(command: () => Promise<unknown>): Promise<readonly string[]> {
    const before = await entriesOf(authority, authority.actorA)
    await command()
    const entries = (await entriesOf(authority, authority.actorA)).slice(before.length)
    expect(await clientsByLog(authority, authority.actorA)).toEqual(
      await clientsByTables(authority, authority.actorA),
    )
    return entries.map(({ kind, cause }) => `${kind} by ${cause}`)
  }

  it('is told by its entries, each command in one transaction', async () => {
    const { actorA } = authority
    let id = ''
    const keys = [ecKey('a'), ecKey('b', { status: 'INACTIVE' })].map((jwk) => ({
      jwk,
      use: 'sig' as const,
      status: jwk.status ?? null,
      claimedId: null,
    }))
    expect(
      await written(async () => {
        const draft = { ...WEB, keys, status: 'ACTIVE' } as const
        id = (await createApplication(authority, actorA, draft)).application.id
      }),
    ).toEqual([
      'client.created by application.created',
      'secret.created by application.created',
      'key.published by application.created',
      'key.activated by application.created',
      'key.published by application.created',
    ])
    expect(await written(() => replaceApplication(authority, actorA, id, WEB))).toEqual([
      'client.updated by application.replaced',
    ])
    expect(await written(() => deactivateApplication(authority, actorA, id))).toEqual([
      'client.updated by application.deactivated',
      'client.blocked by application.deactivated',
      'client.revoked by application.deactivated',
    ])
    expect(await written(() => deactivateApplication(authority, actorA, id))).toEqual([])
    expect(await written(() => activateApplication(authority, actorA, id))).toEqual([
      'client.updated by application.activated',
      'client.unblocked by application.activated',
    ])
    expect(await written(() => activateApplication(authority, actorA, id))).toEqual([])
    await expect(deleteApplication(authority, actorA, id)).rejects.toMatchObject({
      code: 'application_active',
    })
    await deactivateApplication(authority, actorA, id)
    expect(await written(() => deleteApplication(authority, actorA, id))).toEqual([
      'key.deleted by application.deleted',
      'key.deleted by application.deleted',
      'client.deleted by application.deleted',
      'client.revoked by application.deleted',
    ])
    const { organizationId } = actorA
    const left = await authority.store.read({ organizationId }, async ({ db }) => [
      await db.selectFrom('client_keys').selectAll().where('application_id', '=', id).execute(),
      await db.selectFrom('client_secrets').selectAll().where('application_id', '=', id).execute(),
    ])
    expect(left).toEqual([[], []])
  })

  it('blocks one that is created inactive, and lets a client id of old be used again', async () => {
    const { actorA } = authority
    const draft = { ...SERVICE, clientId: 'billing', status: 'INACTIVE' } as const
    const { application } = await createApplication(authority, actorA, draft)
    await deleteApplication(authority, actorA, application.id)
    const again = await written(() => createApplication(authority, actorA, { ...draft, status: 'ACTIVE' }))
    expect(again).toEqual([
      'client.created by application.created',
      'client.unblocked by application.created',
    ])
    const entries = await entriesOf(authority, actorA)
    const blocks = entries.filter(
      ({ kind, subject }) => kind.includes('blocked') && 'client' in subject && subject.client === 'billing',
    )
    expect(blocks.map(({ kind }) => kind)).toEqual(['client.blocked', 'client.unblocked'])
  })

  it('writes each change of a secret as one entry, without the value', async () => {
    const { actorA } = authority
    const { application } = await createApplication(authority, actorA, { ...WEB, status: 'ACTIVE' })
    let id = ''
    const first = async () => {
      id = (await addClientSecret(authority, actorA, application.id, {})).secret.id
    }
    expect(await written(first)).toEqual(['secret.created by client_secret.added'])
    const on = () => activateClientSecret(authority, actorA, application.id, id)
    const off = () => deactivateClientSecret(authority, actorA, application.id, id)
    expect(await written(on)).toEqual([])
    expect(await written(off)).toEqual(['secret.retired by client_secret.deactivated'])
    expect(await written(off)).toEqual([])
    expect(await written(on)).toEqual(['secret.activated by client_secret.activated'])
    await off()
    expect(await written(() => deleteClientSecret(authority, actorA, application.id, id))).toEqual([
      'secret.deleted by client_secret.deleted',
    ])
  })

  it('leaves one of many who would delete, deactivate or activate at once to do it', async () => {
    const { actorA } = authority
    const { application } = await createApplication(authority, actorA, { ...SERVICE, status: 'ACTIVE' })
    const together = (command: typeof deactivateApplication) => () =>
      Promise.allSettled(Array.from({ length: 10 }, () => command(authority, actorA, application.id)))
    expect(await written(together(deactivateApplication))).toHaveLength(3)
    expect(await written(together(activateApplication))).toHaveLength(2)
    await deactivateApplication(authority, actorA, application.id)
    expect(await written(together(deleteApplication))).toHaveLength(2)
  })

  it('is nobody else’s', async () => {
    const { actorA, actorB } = authority
    const { application } = await createApplication(authority, actorA, { ...WEB, status: 'ACTIVE' })
    const [secret] = await listClientSecrets(authority, actorA, application.id)
    const secretId = String(secret?.id)
    for (const attempt of [
      () => getApplication(authority, actorB, application.id),
      () => activateApplication(authority, actorB, application.id),
      () => deactivateApplication(authority, actorB, application.id),
      () => deleteApplication(authority, actorB, application.id),
      () => listClientSecrets(authority, actorB, application.id),
      () => addClientSecret(authority, actorB, application.id, {}),
      () => activateClientSecret(authority, actorB, application.id, secretId),
      () => deactivateClientSecret(authority, actorB, application.id, secretId),
      () => deleteClientSecret(authority, actorB, application.id, secretId),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' })
    expect(await entriesOf(authority, actorB)).toEqual([])
  })
})
