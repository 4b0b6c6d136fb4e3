import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReadTx, Store, WriteTx } from '../../src/store/index.ts'
import {
  deleteInactiveApplication,
  findApplication,
  findApplicationByClientId,
  insertApplication,
  listApplications,
  type NewApplication,
  updateApplication,
} from '../../src/store/queries/applications.ts'
import { blockedAmong, insertBlockedKey, isOwnSigningKey } from '../../src/store/queries/blocked-keys.ts'
import {
  deleteClientKey,
  insertClientKey,
  listClientKeys,
  listClientKeysOf,
  type NewClientKey,
  retireClientKeysByThumbprint,
  updateClientKey,
} from '../../src/store/queries/client-keys.ts'
import {
  deleteClientSecretsOf,
  deleteInactiveClientSecret,
  insertClientSecret,
  listClientSecrets,
  type NewClientSecret,
  updateClientSecretStatus,
} from '../../src/store/queries/client-secrets.ts'
import { openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const times = { created_at: 1, updated_at: 1 }
const application: NewApplication = {
  id: '0oa1',
  client_id: 'billing',
  label: 'Billing',
  label_folded: 'billing',
  status: 'INACTIVE',
  metadata: '{}',
  presentation: '{}',
  ...times,
}
const key: NewClientKey = {
  application_id: '0oa1',
  id: 'pks1',
  kid: 'k',
  use: null,
  kty: 'EC',
  alg: null,
  crv: 'P-256',
  jwk: '{}',
  thumbprint: 't',
  status: 'ACTIVE',
  place: 1,
  ...times,
}
const secret: NewClientSecret = {
  application_id: '0oa1',
  id: 'ocs1',
  status: 'INACTIVE',
  sealed: 'x',
  secret_hash: 'x',
  ...times,
}
const ofKey = { applicationId: '0oa1', id: 'pks1' }
const ofSecret = { applicationId: '0oa1', id: 'ocs1' }

type Call = readonly [name: string, call: (tx: WriteTx) => Promise<unknown>, answer: unknown]

/** Every query that finds, changes or removes, and what it answers where the row is another organization's. */
const CALLS: readonly Call[] = [
  ['findApplication', (tx) => findApplication(tx, '0oa1'), undefined],
  ['findApplicationByClientId', (tx) => findApplicationByClientId(tx, 'billing'), undefined],
  ['listApplications', (tx) => listApplications(tx, { limit: 10 }), []],
  ['updateApplication', (tx) => updateApplication(tx, '0oa1', { label: 'x' }), undefined],
  ['deleteInactiveApplication', (tx) => deleteInactiveApplication(tx, '0oa1'), false],
  ['listClientKeys', (tx) => listClientKeys(tx, '0oa1'), []],
  ['listClientKeysOf', (tx) => listClientKeysOf(tx, ['0oa1']), []],
  ['updateClientKey', (tx) => updateClientKey(tx, ofKey, { kid: 'x' }), undefined],
  ['retireClientKeysByThumbprint', (tx) => retireClientKeysByThumbprint(tx, 't', 2), []],
  ['deleteClientKey', (tx) => deleteClientKey(tx, ofKey), false],
  ['listClientSecrets', (tx) => listClientSecrets(tx, '0oa1'), []],
  [
    'updateClientSecretStatus',
    (tx) => updateClientSecretStatus(tx, ofSecret, { from: 'INACTIVE', to: 'ACTIVE', at: 2 }),
    undefined,
  ],
  ['deleteInactiveClientSecret', (tx) => deleteInactiveClientSecret(tx, '0oa1', 'ocs1'), false],
  ['deleteClientSecretsOf', (tx) => deleteClientSecretsOf(tx, '0oa1'), undefined],
  ['blockedAmong', (tx) => blockedAmong(tx, ['t']), new Set()],
  ['isOwnSigningKey', (tx) => isOwnSigningKey(tx, 't'), false],
]

describe.each(DATABASES)('queries of applications on $name', (database) => {
  let authority: TestAuthority
  let store: Store
  const scope = (actor: { readonly organizationId: string }) => ({ organizationId: actor.organizationId })
  beforeAll(async () => {
    authority = await openTestAuthority(database)
    store = authority.store
    await store.write(scope(authority.actorA), async (tx) => {
      await insertApplication(tx, application)
      await insertClientKey(tx, key)
      await insertClientSecret(tx, secret)
      await insertBlockedKey(tx, 't', 1)
    })
  })
  afterAll(() => authority.close())

  const everything = () =>
    store.read(scope(authority.actorA), async (tx: ReadTx) => [
      await findApplication(tx, '0oa1'),
      await listClientKeys(tx, '0oa1'),
      await listClientSecrets(tx, '0oa1'),
      await blockedAmong(tx, ['t']),
    ])

  it.each(CALLS)('%s finds and changes nothing of another organization', async (_, call, answer) => {
    const before = await everything()
    expect(await store.write(scope(authority.actorB), call)).toEqual(answer)
    expect(await everything()).toEqual(before)
  })

  it('refuse a second client id, kid and active encryption key of one client, by the schema itself', async () => {
    const inA = scope(authority.actorA)
    const again = { ...application, id: '0oa2' }
    expect(await store.write(inA, (tx) => insertApplication(tx, again))).toBe(false)
    await expect(store.write(inA, (tx) => insertClientKey(tx, { ...key, id: 'pks2' }))).rejects.toThrow()
    const encryption = { ...key, use: 'enc' } as const
    await store.write(inA, (tx) => insertClientKey(tx, { ...encryption, id: 'pks3', kid: 'e1' }))
    await expect(
      store.write(inA, (tx) => insertClientKey(tx, { ...encryption, id: 'pks4', kid: 'e2' })),
    ).rejects.toThrow()
  })

  it('block a key once, and each organization its own', async () => {
    const block = (tx: WriteTx) => insertBlockedKey(tx, 't', 2)
    expect(await store.write(scope(authority.actorA), block)).toBe(false)
    expect(await store.write(scope(authority.actorB), block)).toBe(true)
  })
})
