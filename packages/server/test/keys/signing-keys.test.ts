import { randomBytes } from 'node:crypto'
import { decodeEntry, isIndexed, SIGNING_RING } from '@rescind/core/log'
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Authority } from '../../src/authority/index.ts'
import { createAuthorizationServer } from '../../src/directory/authorization-servers.ts'
import { activeSigningKey, publishedKeysOf } from '../../src/keys/issuer-keys.ts'
import { rotateDue } from '../../src/keys/rotation.ts'
import { makeSigningKey, openPrivateKey, SIGNING_ALGORITHMS } from '../../src/keys/signing-key-material.ts'
import { AUTO_POLICY, JWKS_MAX_AGE } from '../../src/keys/signing-key-times.ts'
import { revokeSigningKey, rotateSigningKeys, signingRingOf } from '../../src/keys/signing-keys.ts'
import { head, readEntries } from '../../src/log/index.ts'
import { deleteAuthorizationServer } from '../../src/revocation/authorization-server-lifecycle.ts'
import { MasterKeyVault } from '../../src/secrets/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import {
  ORGANIZATION_A,
  ORGANIZATION_B,
  openTestAuthority,
  type TestAuthority,
} from '../support/authority.ts'
import { DATABASES, type TestPlace } from '../support/databases.ts'

const DAY = 24 * 60 * 60 * 1000

describe.each(DATABASES)('signing keys on $name', (database) => {
  let authority: TestAuthority
  beforeAll(async () => {
    authority = await openTestAuthority(database)
  })
  afterAll(() => authority.close())

  async function issuer(): Promise<string> {
    const settings = { name: 'Orders', audiences: ['https://orders.example.com'] }
    return (await createAuthorizationServer(authority, authority.actorA, settings)).id
  }
  const published = async (issuerId: string, at: Authority = authority) =>
    JSON.parse((await publishedKeysOf(at, issuerId)).body.toString())
  const kidsOf = async (issuerId: string, at?: Authority): Promise<string[]> =>
    (await published(issuerId, at)).keys.map((key: { kid: string }) => key.kid)

  /** The entries about the signing ring of an issuer: kind and key. */
  async function ringEntries(organizationId: string, issuerId: string) {
    const entries = await authority.store.read({ organizationId }, (tx) =>
      readEntries(tx, organizationId, { incarnation: 1, seq: 0 }, 10_000),
    )
    return entries
      .flatMap(({ body }) => {
        const decoded = decodeEntry(body)
        return decoded.known ? [decoded.entry] : []
      })
      .filter(({ kind, subject }) => kind.startsWith('key.') && Object.values(subject).includes(issuerId))
  }

  it('gives a key whose signatures verify by the published keys alone, and keeps its private part sealed', async () => {
    const id = await issuer()
    const { kid, alg, privateKey, issuer: iss, position, activeFrom } = await activeSigningKey(authority, id)
    expect(position.seq).toBeGreaterThanOrEqual(activeFrom)
    const token = await new SignJWT({}).setProtectedHeader({ alg, kid }).setIssuer(iss).sign(privateKey)
    const verified = await jwtVerify(token, createLocalJWKSet(await published(id)))
    expect(verified.payload.iss).toBe(`http://localhost:8080/oauth2/${id}`)
    const document = JSON.stringify(await published(id))
    for (const member of ['"d"', '"p"', '"q"', '"dp"', '"dq"', '"qi"']) expect(document).not.toContain(member)
    const rows = await authority.store.read({ organizationId: ORGANIZATION_A }, ({ db }) =>
      db.selectFrom('signing_keys').selectAll().where('issuer_id', '=', id).execute(),
    )
    for (const row of rows) expect(row.sealed_private).toMatch(/^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it.each(SIGNING_ALGORITHMS)('makes keys for %s that jose accepts', async (algorithm) => {
    const pair = await makeSigningKey(authority, algorithm)
    expect(pair.kid).toMatch(/^[\w-]{43}$/)
    const keySet = createLocalJWKSet({ keys: [{ ...pair.publicJwk, kid: pair.kid, alg: algorithm }] })
    const key = await openPrivateKey(authority.vault, pair.kid, pair.sealedPrivate)
    const token = await new SignJWT({}).setProtectedHeader({ alg: algorithm, kid: pair.kid }).sign(key)
    await expect(jwtVerify(token, keySet)).resolves.toBeDefined()
    await expect(openPrivateKey(authority.vault, 'another', pair.sealedPrivate)).rejects.toThrow()
  })

  it('has a ring for each organization’s own authorization server', async () => {
    const [a, b] = await Promise.all(
      [ORGANIZATION_A, ORGANIZATION_B].map((id) => activeSigningKey(authority, id)),
    )
    expect(a?.issuer).toBe(`http://${ORGANIZATION_A}.localhost:8080`)
    expect(a?.kid).not.toBe(b?.kid)
    expect(await kidsOf(ORGANIZATION_B)).not.toContain(a?.kid)
    await expect(signingRingOf(authority, ORGANIZATION_B, await issuer())).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('makes one pair of first keys however many ask at once', async () => {
    const id = await issuer()
    const keys = await Promise.all(Array.from({ length: 8 }, () => activeSigningKey(authority, id)))
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
    expect(await kidsOf(id)).toHaveLength(2)
  })

  it('rotates for a year without signing by an unseen key or dropping one that is needed', async () => {
    const id = await issuer()
    const firstPublished = new Map<string, number>()
    const lastSigned = new Map<string, number>()
    const begin = authority.clock.now()
    await activeSigningKey(authority, id)
    for (let turn = 0; authority.clock.now() < begin + 365 * DAY; turn += 1) {
      const now = authority.clock.now()
      const kids = await kidsOf(id)
      for (const kid of kids) if (!firstPublished.has(kid)) firstPublished.set(kid, now)
      const { kid } = await activeSigningKey(authority, id)
      const since = firstPublished.get(kid) ?? now
      if (since !== begin) expect(now - since).toBeGreaterThanOrEqual(JWKS_MAX_AGE * 1000)
      lastSigned.set(kid, now)
      for (const [signer, at] of lastSigned)
        if (now - at < DAY) expect(kids, `day ${(now - begin) / DAY}`).toContain(signer)
      // Uneven steps, from minutes to a week, so that rotations fall in between.
      authority.clock.advance([10 * 60_000, DAY, 7 * DAY, 10 * DAY][turn % 4] ?? DAY)
      await rotateDue(authority)
    }
    expect(lastSigned.size).toBeGreaterThanOrEqual(4)
    const ring = await signingRingOf(authority, ORGANIZATION_A, id)
    const unsealed = ring.keys.filter((key) => key.status !== 'ACTIVE' && key.status !== 'NEXT')
    expect(unsealed.map((key) => key.sealedPrivate)).toEqual(unsealed.map(() => null))
    await expectLogAndTablesToAgree(ORGANIZATION_A, id)
  })

  it('turns to NEXT at once when the active key is revoked, and never trusts that key again', async () => {
    const id = await issuer()
    const { actorA, actorB } = authority
    const { kid } = await activeSigningKey(authority, id)
    const next = (await kidsOf(id)).find((other) => other !== kid)
    await expect(revokeSigningKey(authority, actorB, id, kid)).rejects.toMatchObject({ code: 'not_found' })
    await expect(revokeSigningKey(authority, actorA, id, 'x')).rejects.toMatchObject({ code: 'not_found' })
    await revokeSigningKey(authority, actorA, id, kid)
    expect((await activeSigningKey(authority, id)).kid).toBe(next)
    expect(await kidsOf(id)).toEqual([next])
    const entries = await ringEntries(ORGANIZATION_A, id)
    const [revoked, activated] = entries.slice(-2)
    expect([revoked?.kind, activated?.kind]).toEqual(['key.revoked', 'key.activated'])
    expect(activated?.position.seq).toBe((revoked?.position.seq ?? 0) + 1)
    await revokeSigningKey(authority, actorA, id, kid)
    expect(await ringEntries(ORGANIZATION_A, id)).toHaveLength(entries.length)
    await rotateDue(authority)
    expect(await kidsOf(id)).toHaveLength(2)
    await expectLogAndTablesToAgree(ORGANIZATION_A, id)
  })

  it('waits for a new NEXT where the one that a rotation waited for is revoked', async () => {
    const id = await issuer()
    const { actorA } = authority
    await activeSigningKey(authority, id)
    await rotateSigningKeys(authority, actorA, id)
    const { kid } = await activeSigningKey(authority, id)
    const { rotateAt, keys } = await rotateSigningKeys(authority, actorA, id)
    expect(rotateAt).not.toBeNull()
    const promised = keys.find((key) => key.status === 'NEXT')?.kid ?? ''
    await revokeSigningKey(authority, actorA, id, promised)
    authority.clock.advance(AUTO_POLICY.prePublication)
    await rotateDue(authority)
    expect((await activeSigningKey(authority, id)).kid).toBe(kid)
    authority.clock.advance(AUTO_POLICY.prePublication)
    await rotateDue(authority)
    const { kid: later } = await activeSigningKey(authority, id)
    expect([kid, promised]).not.toContain(later)
    expect((await signingRingOf(authority, ORGANIZATION_A, id)).rotateAt).toBeNull()
    await expectLogAndTablesToAgree(ORGANIZATION_A, id)
  })

  it('rotates a ring that just lost its NEXT', async () => {
    const id = await issuer()
    await activeSigningKey(authority, id)
    const [next] = (await signingRingOf(authority, ORGANIZATION_A, id)).keys.filter(
      (key) => key.status === 'NEXT',
    )
    await revokeSigningKey(authority, authority.actorA, id, next?.kid ?? '')
    const { rotateAt, keys } = await rotateSigningKeys(authority, authority.actorA, id)
    expect(rotateAt).toBe(authority.clock.now() + AUTO_POLICY.prePublication)
    expect(keys.map((key) => key.status).sort()).toEqual(['ACTIVE', 'NEXT', 'REVOKED'])
  })

  it('retires all keys of an authorization server that is deleted', async () => {
    const id = await issuer()
    await activeSigningKey(authority, id)
    await rotateSigningKeys(authority, authority.actorA, id)
    await deleteAuthorizationServer(authority, authority.actorA, id)
    await expect(publishedKeysOf(authority, id)).rejects.toMatchObject({ code: 'not_found' })
    const rows = await rowsOf(id)
    expect(rows).toHaveLength(3)
    for (const row of rows)
      expect([row.sealed_private, row.withdrawn_at]).toEqual([null, authority.clock.now()])
    await expectLogAndTablesToAgree(ORGANIZATION_A, id)
  })

  it('shares one rotation among those who ask for it at once', async () => {
    const id = await issuer()
    const { kid } = await activeSigningKey(authority, id)
    const rings = await Promise.all(
      Array.from({ length: 6 }, () => rotateSigningKeys(authority, authority.actorA, id)),
    )
    const active = rings.map((ring) => ring.keys.find((key) => key.status === 'ACTIVE')?.kid)
    expect(new Set(active).size).toBe(1)
    expect(active[0]).not.toBe(kid)
    expect((await rowsOf(id)).map((row) => row.status).sort()).toEqual(['ACTIVE', 'EXPIRED', 'NEXT'])
    await expectLogAndTablesToAgree(ORGANIZATION_A, id)
  })

  const rowsOf = (id: string) =>
    authority.store.read({ organizationId: ORGANIZATION_A }, ({ db }) =>
      db.selectFrom('signing_keys').selectAll().where('issuer_id', '=', id).orderBy('kid').execute(),
    )

  /** Rebuilds the ring from its entries alone and compares. */
  async function expectLogAndTablesToAgree(organizationId: string, id: string): Promise<void> {
    const told = new Map<
      string,
      { status: string; from: number | null; until: number | null; gone: boolean }
    >()
    for (const entry of await ringEntries(organizationId, id)) {
      if (isIndexed(entry.kind)) expect(entry.data).toMatchObject({ ring: SIGNING_RING })
      const kid = 'key' in entry.subject ? String(entry.subject.key) : ''
      const key = told.get(kid) ?? { status: 'NEXT', from: null, until: null, gone: false }
      const { seq } = entry.position
      if (entry.kind === 'key.activated') Object.assign(key, { status: 'ACTIVE', from: seq })
      if (entry.kind === 'key.retired') Object.assign(key, { status: 'EXPIRED', until: seq })
      if (entry.kind === 'key.withdrawn') key.gone = true
      if (entry.kind === 'key.revoked') {
        if (key.status === 'ACTIVE') key.until = seq
        key.status = 'REVOKED'
      }
      told.set(kid, key)
    }
    const kept = (await rowsOf(id)).map((row) => [
      row.kid,
      { status: row.status, from: row.active_from, until: row.active_until, gone: row.withdrawn_at !== null },
    ])
    expect([...told].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(kept)
    expect([...told.values()].filter(({ status }) => status === 'ACTIVE').length).toBeLessThanOrEqual(1)
  }
})

describe.each(DATABASES.filter(({ name }) => name === 'postgres'))('two nodes over one $name', (database) => {
  it('rotate at once and agree: one rotation, and each sees it', async () => {
    const place = await database.place()
    const vault = new MasterKeyVault(randomBytes(32))
    const one = await openTestAuthority({ ...database, open: () => openAt(place) })
    const store = await openStore(place.options)
    const nodes: readonly Authority[] = [
      { ...one, vault },
      { ...one, vault, store },
    ]
    const [here, there] = nodes
    if (here === undefined || there === undefined) throw new Error('two nodes')
    const { actorA } = one
    const { id } = await createAuthorizationServer(here, actorA, {
      name: 'Orders',
      audiences: ['urn:orders'],
    })
    const first = await Promise.all(nodes.map((node) => activeSigningKey(node, id)))
    expect(first[0]?.kid).toBe(first[1]?.kid)
    await Promise.all([...nodes, ...nodes].map((node) => rotateSigningKeys(node, actorA, id)))
    const rings = await Promise.all(nodes.map((node) => signingRingOf(node, ORGANIZATION_A, id)))
    expect(rings[0]?.keys.map((key) => key.status).sort()).toEqual(['ACTIVE', 'EXPIRED', 'NEXT'])
    expect(rings[1]).toEqual(rings[0])
    // A reader who knows the position of the change is never given the key before it.
    const position = await store.read(
      { organizationId: ORGANIZATION_A },
      async (tx) => (await head(tx)).position,
    )
    const active = rings[0]?.keys.find((key) => key.status === 'ACTIVE')?.kid
    for (const node of nodes) expect((await activeSigningKey(node, id, position)).kid).toBe(active)
    await store.close()
    await one.close()
  })
})

async function openAt(place: TestPlace): Promise<{ store: Store; close(): Promise<void> }> {
  const store = await openStore(place.options)
  return {
    store,
    async close() {
      await store.close()
      await place.remove()
    },
  }
}
