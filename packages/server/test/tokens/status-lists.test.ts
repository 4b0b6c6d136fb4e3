import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Janitor, KEPT } from '../../src/tokens/janitor.ts'
import { LIST_SIZE, placeToken } from '../../src/tokens/status-lists/place.ts'
import { shuffled } from '../../src/tokens/status-lists/shuffle.ts'
import { Statuses, statusOf } from '../../src/tokens/status-lists/statuses.ts'
import { ORGANIZATION_A, openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'

describe('the places of a list', () => {
  it('are each given once, whatever the key', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(4, 16, 64, 256, 1024), (key, size) => {
        const places = new Set(Array.from({ length: size }, (_, nth) => shuffled(key, size, nth)))
        expect(places.size).toBe(size)
        expect(Math.max(...places)).toBe(size - 1)
        expect(Math.min(...places)).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  it('do not tell which tokens were issued one after the other', () => {
    const places = Array.from({ length: 2_000 }, (_, nth) => shuffled('a key', LIST_SIZE, nth))
    const neighbours = places.filter((place, nth) => Math.abs(place - (places[nth - 1] ?? place)) === 1)
    expect(neighbours.length).toBeLessThan(5)
    expect(places.slice(0, 8)).not.toEqual(
      Array.from({ length: 8 }, (_, nth) => shuffled('another key', LIST_SIZE, nth)),
    )
  })

  it.each([
    [3, 0],
    [8, 0],
    [16, 16],
    [16, -1],
    [16, 0.5],
    [4 ** 9, 0],
  ])('do not exist for size %s, number %s', (size, nth) => {
    expect(() => shuffled('k', size, nth)).toThrow(RangeError)
  })
})

describe('statuses', () => {
  // The example of the draft's section "Compressed Byte Array", two bits: [1,2,0,3,0,1,0,1,1,2,3,3].
  it('are packed as the draft packs them', () => {
    const statuses = new Statuses(12)
    for (const [place, status] of ([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3] as (0 | 1 | 2)[]).entries())
      statuses.set(place, status)
    expect(statuses.encode()).toBe('eNo76fITAAPfAgc')
  })

  it('call nothing valid that is not certainly good', () => {
    const by = { incarnation: 1, seq: 1 }
    expect(statusOf({ standing: 'active' })).toBe(0)
    expect(statusOf({ standing: 'blocked', subject: 'user', by })).toBe(2)
    expect(statusOf({ standing: 'revoked', rule: 'user', by })).toBe(1)
    expect(statusOf({ standing: 'unknown_key' })).toBe(1)
    expect(statusOf({ standing: 'ahead' })).toBe(0)
  })
})

describe.each(DATABASES)('places on $name', (database) => {
  let authority: TestAuthority
  beforeEach(async () => {
    authority = await openTestAuthority(database)
  })
  afterEach(() => authority.close())

  const organizationId = ORGANIZATION_A
  const whose = { organizationId, issuerId: 'default', endpoints: 'https://id.example.com/oauth2/default/v1' }
  const place = (id: string, lifetime = 60_000) =>
    placeToken(authority, whose, { id, expiresAt: authority.clock.now() + lifetime })
  const rows = (table: 'status_lists' | 'status_places') =>
    authority.store.read({ organizationId }, (tx) => tx.db.selectFrom(table).selectAll().execute())

  it('are never given twice, however many ask at once, and a full list is followed by another', async () => {
    await place('first')
    await authority.store.write({ organizationId }, (tx) =>
      tx.db.updateTable('status_lists').set({ size: 16 }).execute(),
    )
    const claims = await Promise.all(Array.from({ length: 40 }, (_, nth) => place(`t${nth}`)))
    const named = new Set(claims.map(({ status_list: { idx, uri } }) => `${uri} ${idx}`))
    expect(named.size).toBe(40)
    expect(new Set(claims.map(({ status_list }) => status_list.uri)).size).toBe(2)
    expect(await rows('status_places')).toHaveLength(41)
  })

  it('go when their tokens have expired, and a list with its last one', async () => {
    await place('first', 1_000)
    await authority.store.write({ organizationId }, (tx) =>
      tx.db.updateTable('status_lists').set({ size: 1 }).execute(),
    )
    await place('second', KEPT.places * 10)
    authority.clock.advance(KEPT.places + 2_000)
    await new Janitor(authority).round()
    expect((await rows('status_places')).map(({ token_id }) => token_id)).toEqual(['second'])
    expect((await rows('status_lists')).map(({ size }) => size)).toEqual([LIST_SIZE])
  })
})
