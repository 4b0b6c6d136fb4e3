import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { listTokens, type NewToken } from '../../src/store/queries/tokens.ts'
import { writeToken } from '../../src/tokens/ledger-writer.ts'
import { ORGANIZATION_A, ORGANIZATION_B, openTestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

const row = (id: string = randomUUID()): NewToken => ({
  id,
  kind: 'access',
  format: 'jwt',
  handle: null,
  issuer_id: 'default',
  client_id: 'client',
  user_id: null,
  api: null,
  scopes: '',
  grant_id: null,
  origin: null,
  session_id: null,
  signing_key: null,
  assertion_key: null,
  identity_provider: null,
  incarnation: 1,
  seq: 0,
  issued_at: 0,
  expires_at: 1,
  ip: null,
  user_agent: null,
  details: '{}',
})

describe.each(DATABASES)('the ledger on $name', (database) => {
  it('keeps every row that was acknowledged, each in its own organization, however many come at once', async () => {
    const authority = await openTestAuthority(database)
    const ids = Array.from({ length: 450 }, () => randomUUID())
    await Promise.all(
      ids.map((id, index) =>
        writeToken(authority.store, index % 3 === 0 ? ORGANIZATION_B : ORGANIZATION_A, row(id)),
      ),
    )
    const kept = async (organizationId: string) =>
      (await authority.store.read({ organizationId }, (tx) => listTokens(tx, {}, 1_000))).map(({ id }) => id)
    const [a, b] = [await kept(ORGANIZATION_A), await kept(ORGANIZATION_B)]
    expect(a.toSorted()).toEqual(ids.filter((_, index) => index % 3 !== 0).toSorted())
    expect(b.toSorted()).toEqual(ids.filter((_, index) => index % 3 === 0).toSorted())
    await authority.close()
  })

  it('tells each of those that wait together when their statement fails, and goes on', async () => {
    const authority = await openTestAuthority(database)
    await writeToken(authority.store, ORGANIZATION_A, row('twice'))
    const outcomes = await Promise.allSettled([
      writeToken(authority.store, ORGANIZATION_A, row('twice')),
      writeToken(authority.store, ORGANIZATION_A, row('beside')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await writeToken(authority.store, ORGANIZATION_A, row('after'))
    const kept = await authority.store.read({ organizationId: ORGANIZATION_A }, (tx) =>
      listTokens(tx, {}, 10),
    )
    expect(kept.map(({ id }) => id).toSorted()).toEqual(['after', 'twice'])
    await authority.close()
  })
})
