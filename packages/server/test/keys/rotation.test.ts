import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import { activeSigningKey } from '../../src/keys/issuer-keys.ts'
import { rotateDue, startRotation } from '../../src/keys/rotation.ts'
import { AUTO_POLICY } from '../../src/keys/signing-key-times.ts'
import { signingRingOf } from '../../src/keys/signing-keys.ts'
import { SYSTEM } from '../../src/store/index.ts'
import {
  ORGANIZATION_A,
  ORGANIZATION_B,
  openTestAuthority,
  type TestAuthority,
} from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

describe.each(DATABASES)('the rotation job on $name', (database) => {
  let authority: TestAuthority
  beforeAll(async () => {
    authority = await openTestAuthority(database)
  })
  afterAll(() => authority.close())

  const headOf = (organizationId: string) =>
    authority.store.read({ organizationId }, ({ db }) =>
      db.selectFrom('log_heads').select('seq').where('log_id', '=', organizationId).executeTakeFirstOrThrow(),
    )

  it('stops when it is told to', async () => {
    const stopping = new AbortController()
    const job = startRotation(authority, stopping.signal)
    stopping.abort()
    await expect(job).resolves.toBeUndefined()
  })

  it('writes nothing while nothing is due, and makes no keys for a server that never signed', async () => {
    const settings = { name: 'Idle', audiences: ['urn:idle'] }
    const { id } = await createAuthorizationServer(authority, authority.actorA, settings)
    await activeSigningKey(authority, ORGANIZATION_A)
    const before = await headOf(ORGANIZATION_A)
    await rotateDue(authority)
    expect(await headOf(ORGANIZATION_A)).toEqual(before)
    const rows = await authority.store.read({ organizationId: ORGANIZATION_A }, ({ db }) =>
      db.selectFrom('signing_keys').select('kid').where('issuer_id', '=', id).execute(),
    )
    expect(rows).toEqual([])
  })

  it('rotates every organization, also where one ring fails', async () => {
    const [a, b] = [
      await activeSigningKey(authority, ORGANIZATION_A),
      await activeSigningKey(authority, ORGANIZATION_B),
    ]
    authority.clock.advance(AUTO_POLICY.rotationInterval)
    // Without its log an organization can change nothing.
    const { log_id, ...head } = await authority.store.write(SYSTEM, ({ db }) =>
      db
        .deleteFrom('log_heads')
        .where('log_id', '=', ORGANIZATION_A)
        .returningAll()
        .executeTakeFirstOrThrow(),
    )
    await rotateDue(authority)
    const kidOf = async (organizationId: string) => {
      const { keys } = await signingRingOf(authority, organizationId, organizationId)
      return keys.find((key) => key.status === 'ACTIVE')?.kid
    }
    expect(await kidOf(ORGANIZATION_A)).toBe(a.kid)
    expect(await kidOf(ORGANIZATION_B)).not.toBe(b.kid)
    await authority.store.write(SYSTEM, ({ db }) =>
      db
        .insertInto('log_heads')
        .values({ log_id, ...head })
        .execute(),
    )
    await rotateDue(authority)
    expect(await kidOf(ORGANIZATION_A)).not.toBe(a.kid)
  })
})
