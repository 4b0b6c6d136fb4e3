import { type SelectQueryBuilder, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReadTx, Store, Tables } from '../../src/store/index.ts'
import { matchingTokens, type TokenFilter, tokensInOrder } from '../../src/store/token-filter.ts'
import { ORGANIZATION_A } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

/*
 * How the ledger is read, as each database plans it: with a million rows that is the difference between a page at once
 * and a page that nobody waits for. What the planner says is asserted, never how long it took.
 */
const [liveAt, after] = [1_000, { issuedAt: 500, id: 'one' }]
const LISTS: readonly (readonly [name: string, index: string, filter: TokenFilter])[] = [
  ['all', 'tokens_by_time', {}],
  ['of a user', 'tokens_by_user_id', { user: 'u' }],
  ['of an application', 'tokens_by_client_id', { client: 'c' }],
  ['of an API', 'tokens_by_api', { api: 'a' }],
  ['of an authorization server', 'tokens_by_issuer_id', { issuer: 'i' }],
  ['of a session', 'tokens_by_session_id', { session: 's' }],
  ['of a grant', 'tokens_by_grant_id', { grant: 'g' }],
  ['of a user at an API', 'tokens_by_user_id', { user: 'u', api: 'a' }],
  ['of a user at an application', 'tokens_by_user_id', { user: 'u', client: 'c' }],
  ['of an application and a server', 'tokens_by_client_id', { client: 'c', issuer: 'i' }],
]

describe.each(DATABASES)('the ledger on $name', (database) => {
  let opened: { readonly store: Store; close(): Promise<void> }
  beforeAll(async () => {
    opened = await database.open()
  })
  afterAll(() => opened.close())

  const plan = (build: (tx: ReadTx) => Pick<SelectQueryBuilder<Tables, 'tokens', object>, 'explain'>) =>
    opened.store.read({ organizationId: ORGANIZATION_A }, async (tx) => {
      if (database.name === 'sqlite')
        return JSON.stringify(await build(tx).explain(undefined, sql`query plan`))
      // An empty table is read from end to end and sorted, whatever there is: so it can be asked whether there is.
      await sql`set local enable_seqscan = off`.execute(tx.db)
      await sql`set local enable_sort = off`.execute(tx.db)
      await sql`set local enable_bitmapscan = off`.execute(tx.db)
      return JSON.stringify(await build(tx).explain('json'))
    })

  describe.each([
    ['whatever their standing', {}],
    ['that are live', { liveAt }],
    ['that are live, of a kind', { liveAt, kind: 'refresh' }],
  ] as const)('lists tokens %s', (_, more) => {
    it.each(LISTS)('%s, in the order of an index', async (_name, index, filter) => {
      for (const cursor of [undefined, after]) {
        const planned = await plan((tx) => tokensInOrder(tx, { ...filter, ...more }, 100, cursor).selectAll())
        expect(planned).toContain(index)
        expect(planned).not.toMatch(/TEMP B-TREE|"Sort"/i)
      }
    })
  })

  it.each(LISTS)('lists those issued since a time %s, in their order', async (_name, _index, filter) => {
    const planned = await plan((tx) =>
      tokensInOrder(tx, { ...filter, liveAt, issuedFrom: 10 }, 100, after).selectAll(),
    )
    expect(planned).not.toMatch(/TEMP B-TREE|"Sort"/i)
  })

  it.each(LISTS.slice(1))('counts live tokens %s by what is named', async (_name, index, filter) => {
    const planned = await plan((tx) =>
      matchingTokens(tx, { ...filter, liveAt })
        .select('id')
        .limit(10),
    )
    // PostgreSQL chooses among indexes by its statistics, of which an empty table has none.
    const named = `organization_id=? AND ${index.replace('tokens_by_', '')}=?`
    expect(planned).toContain(database.name === 'sqlite' ? named : '"Index Scan"')
  })
})
