import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store, WriteTx } from '../../src/store/index.ts'
import { insertApplication, type NewApplication } from '../../src/store/queries/applications.ts'
import { insertBlockedKey } from '../../src/store/queries/blocked-keys.ts'
import { insertClientKey, type NewClientKey } from '../../src/store/queries/client-keys.ts'
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

describe.each(DATABASES)('the schema of applications on $name', (database) => {
  let authority: TestAuthority
  let store: Store
  const scope = (actor: { readonly organizationId: string }) => ({ organizationId: actor.organizationId })
  beforeAll(async () => {
    authority = await openTestAuthority(database)
    store = authority.store
    await store.write(scope(authority.actorA), async (tx) => {
      await insertApplication(tx, application)
      await insertClientKey(tx, key)
      await insertBlockedKey(tx, 't', 1)
    })
  })
  afterAll(() => authority.close())

  it('refuses a second client id, kid and active encryption key of one client', async () => {
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

  it('keeps a blocked key once, and each organization its own', async () => {
    const block = (tx: WriteTx) => insertBlockedKey(tx, 't', 2)
    expect(await store.write(scope(authority.actorA), block)).toBe(false)
    expect(await store.write(scope(authority.actorB), block)).toBe(true)
  })
})
