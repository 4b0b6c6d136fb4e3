import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApplication } from '../../src/directory/applications.ts'
import { DEFAULT_PRESENTATION } from '../../src/directory/presentation.ts'
import { previewRevocation } from '../../src/revocation/preview.ts'
import { findToken, insertTokens, type NewToken } from '../../src/store/queries/tokens.ts'
import { ORGANIZATION_A, openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'

const A = { organizationId: ORGANIZATION_A }
const MANY = 6_500
/** Rows that SQLite takes at once. */
const CHUNK = 500

describe.each(DATABASES)('the preview of a revocation of many tokens on $name', (database) => {
  let authority: TestAuthority
  let issuer: TestIssuer
  beforeAll(async () => {
    authority = await openTestAuthority(database)
    issuer = openTestIssuer(authority)
  })
  afterAll(async () => {
    issuer.close()
    await authority.close()
  })

  it('counts every one of them, and lets others have a turn meanwhile', async () => {
    const { application } = await createApplication(authority, authority.actorA, {
      label: 'Orders',
      metadata: { grant_types: ['client_credentials'], application_type: 'service' },
      presentation: DEFAULT_PRESENTATION,
      status: 'ACTIVE',
    })
    const first = await issuer.issue(ORGANIZATION_A, {
      client: application.clientId,
      user: 'u0',
      api: 'orders',
    })
    const row = await authority.store.read(A, (tx) => findToken(tx, first))
    if (row === undefined) throw new Error('the ledger lacks what was issued')
    const { organization_id: _, consumed_at: __, last_used_at: ___, ...issued } = row
    // Of one moment, so that the pages have to be told apart by more than that.
    const copies = Array.from(
      { length: MANY },
      (_copy, n): NewToken => ({ ...issued, id: `tok${n}`, handle: `handle${n}`, user_id: `u${n % 10}` }),
    )
    for (let at = 0; at < MANY; at += CHUNK)
      await authority.store.write(A, (tx) => insertTokens(tx, copies.slice(at, at + CHUNK)))
    let turns = 0
    let isCounting = true
    const turn = () => {
      turns += 1
      if (isCounting) setImmediate(turn)
    }
    setImmediate(turn)
    const index = await issuer.knowledge.confirm(ORGANIZATION_A)
    turns = 0
    const target = { type: 'application', id: application.id } as const
    const preview = await previewRevocation(authority, index, authority.actorA, target)
    isCounting = false
    expect(preview).toMatchObject({
      exact: true,
      tokens: MANY + 1,
      users: 10,
      byApplication: [{ application: application.clientId, tokens: MANY + 1 }],
      byApi: [{ api: 'orders', tokens: MANY + 1 }],
    })
    // A page holds a thousand.
    expect(turns).toBeGreaterThanOrEqual(6)
  })
})
