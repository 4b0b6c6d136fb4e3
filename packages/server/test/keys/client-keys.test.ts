import { jwkThumbprint } from '@rescind/core/keys'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replaceApplication } from '../../src/directory/application-replacement.ts'
import { createApplication } from '../../src/directory/applications.ts'
import { DomainError } from '../../src/errors/index.ts'
import type { ClientKey } from '../../src/keys/client-key.ts'
import {
  activateClientKey,
  addClientKey,
  deactivateClientKey,
  deleteClientKey,
  getClientKey,
  listClientKeys,
} from '../../src/keys/client-keys.ts'
import type { SubmittedClientKey } from '../../src/keys/submitted-key.ts'
import { head } from '../../src/log/index.ts'
import { insertSigningKey } from '../../src/store/queries/signing-keys.ts'
import { openTestAuthority, type TestAuthority } from '../support/authority.ts'
import { SERVICE } from '../support/client-drafts.ts'
import { clientsByLog, clientsByTables, entriesOf } from '../support/client-history.ts'
import { DATABASES } from '../support/databases.ts'
import { ecKey, ecPair, encryptionKey, rsaKey, rsaPair, type TestJwk } from '../support/jwks.ts'

function submitted(jwk: TestJwk, claimedId: string | null = null): SubmittedClientKey {
  return { jwk, use: jwk.use ?? null, status: jwk.status ?? null, claimedId }
}

/** A held key as a client would return it, under a kid of its own. */
function sentBack({ id, use, status, material }: ClientKey): SubmittedClientKey {
  return { jwk: { ...material, kid: `kept-${id}`, ...(use !== null && { use }) }, use, status, claimedId: id }
}

describe.each(DATABASES)('keys of clients on $name', (database) => {
  let authority: TestAuthority
  beforeAll(async () => {
    authority = await openTestAuthority(database)
  })
  afterAll(() => authority.close())

  async function newApp(keys: readonly TestJwk[] = []): Promise<string> {
    const created = await createApplication(authority, authority.actorA, {
      ...SERVICE,
      status: 'ACTIVE',
      keys: keys.map((key) => submitted(key)),
    })
    return created.application.id
  }
  const add = (appId: string, jwk: TestJwk) =>
    addClientKey(authority, authority.actorA, appId, submitted(jwk))
  const list = (appId: string) => listClientKeys(authority, authority.actorA, appId)
  const headSeq = () =>
    authority.store.read({ organizationId: authority.actorA.organizationId }, async (tx) => {
      const { position } = await head(tx)
      return position.seq
    })
  const refusal = async (promise: Promise<unknown>) => {
    const outcome = await promise.then(
      () => 'done',
      (reason: unknown) => reason,
    )
    if (outcome instanceof DomainError) return outcome.code
    if (outcome instanceof Error) throw outcome
    return outcome
  }

  it('takes exactly one of fifty keys that are added at once under one kid', async () => {
    const appId = await newApp()
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => refusal(add(appId, { ...ecKey(`many-${n}`), kid: 'one' }))),
    )
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'client_key_kid_duplicate')).toHaveLength(49)
    expect(await list(appId)).toHaveLength(1)
  })

  it('takes exactly fifty of sixty keys that are added at once', async () => {
    const appId = await newApp()
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, n) => refusal(add(appId, ecKey(`many-${n}`)))),
    )
    expect(outcomes.filter((outcome) => outcome === 'client_key_limit_reached')).toHaveLength(10)
    expect(await list(appId)).toHaveLength(50)
  })

  it('leaves exactly one of two encryption keys active that are activated at once', async () => {
    const appId = await newApp(['e1', 'e2', 'e3'].map((kid) => encryptionKey(kid, { status: 'INACTIVE' })))
    const keys = await list(appId)
    await Promise.all(keys.map((key) => activateClientKey(authority, authority.actorA, appId, key.id)))
    expect((await list(appId)).filter((key) => key.status === 'ACTIVE')).toHaveLength(1)
  })

  it('keeps the last active signing key of two that are deactivated at once', async () => {
    const appId = await newApp([ecKey('a'), ecKey('b')])
    const outcomes = await Promise.all(
      (await list(appId)).map((key) =>
        refusal(deactivateClientKey(authority, authority.actorA, appId, key.id)),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'client_key_only_active')).toHaveLength(1)
  })

  it('shows and changes nothing from another organization', async () => {
    const appId = await newApp([ecKey('a', { status: 'INACTIVE' })])
    const [key] = await list(appId)
    const before = await clientsByTables(authority, authority.actorA)
    const { actorB } = authority
    const id = String(key?.id)
    for (const attempt of [
      () => listClientKeys(authority, actorB, appId),
      () => getClientKey(authority, actorB, appId, id),
      () => addClientKey(authority, actorB, appId, submitted(ecKey('b'))),
      () => activateClientKey(authority, actorB, appId, id),
      () => deactivateClientKey(authority, actorB, appId, id),
      () => deleteClientKey(authority, actorB, appId, id),
      () => replaceApplication(authority, actorB, appId, SERVICE),
    ])
      expect(await refusal(attempt())).toBe('not_found')
    expect(await entriesOf(authority, actorB)).toEqual([])
    expect(await clientsByTables(authority, authority.actorA)).toEqual(before)
  })

  it('does not take a key of one application for another’s', async () => {
    const [mine, other] = [await newApp(), await newApp([ecKey('a')])]
    const [key] = await list(other)
    expect(await refusal(getClientKey(authority, authority.actorA, mine, String(key?.id)))).toBe('not_found')
    expect(await refusal(deactivateClientKey(authority, authority.actorA, mine, String(key?.id)))).toBe(
      'not_found',
    )
  })

  describe('private members', () => {
    it.each([
      ['RSA', rsaPair('leaked'), rsaKey('leaked')],
      ['EC', ecPair('leaked'), ecKey('leaked')],
    ])(
      'of an %s key are refused, and the key is blocked wherever and however it comes',
      async (_, pair, key) => {
        const { kid: _kid, ...other } = key
        const holder = await newApp([{ ...other, kid: 'held' }, ecKey('spare')])
        const appId = await newApp()
        const leaked = { ...key, ...pair.privateJwk }
        const before = await headSeq()
        expect(await refusal(add(appId, leaked))).toBe('client_key_private')
        const entries = (await entriesOf(authority, authority.actorA)).slice(before)
        const [held] = await list(holder)
        expect(entries).toMatchObject([
          {
            kind: 'key.revoked',
            subject: { key: held?.thumbprint },
            reason: { code: 'compromised' },
            cause: 'client_key.private_submitted',
          },
          { kind: 'key.retired', subject: { key: held?.thumbprint }, cause: 'key.revoked' },
        ])
        expect(held?.status).toBe('INACTIVE')
        // Under another kid, in another application, with all else in order.
        expect(await refusal(add(await newApp(), { ...other, kid: 'renamed' }))).toBe('client_key_blocked')
        expect(await refusal(activateClientKey(authority, authority.actorA, holder, String(held?.id)))).toBe(
          'client_key_blocked',
        )
        const set = createApplication(authority, authority.actorA, {
          ...SERVICE,
          status: 'ACTIVE',
          keys: [submitted(ecKey('fine')), submitted({ ...other, kid: 'again' })],
        })
        expect(await refusal(set)).toBe('client_key_blocked')
        // What another organization trusts is its own affair.
        const { application } = await createApplication(authority, authority.actorB, {
          ...SERVICE,
          status: 'ACTIVE',
        })
        const taken = addClientKey(
          authority,
          authority.actorB,
          application.id,
          submitted({ ...other, kid: 'mine' }),
        )
        expect(await refusal(taken)).toBe('done')
        await expectNowhere(String(pair.privateJwk.d))
      },
    )

    it('block the key once, however often they are sent', async () => {
      const appId = await newApp()
      const leaked = { ...ecKey('twice'), ...ecPair('twice').privateJwk }
      await refusal(add(appId, leaked))
      const before = await headSeq()
      expect(await refusal(add(appId, leaked))).toBe('client_key_private')
      expect(await headSeq()).toBe(before)
    })

    it('inside an application block the key, too', async () => {
      const leaked = { ...ecKey('inside'), ...ecPair('inside').privateJwk }
      const created = createApplication(authority, authority.actorA, {
        ...SERVICE,
        status: 'ACTIVE',
        keys: [submitted(ecKey('fine')), submitted(leaked)],
      })
      expect(await refusal(created)).toBe('client_key_private')
      expect(await refusal(add(await newApp(), ecKey('inside')))).toBe('client_key_blocked')
      await expectNowhere(String(leaked.d))
    })

    it('sent to an application that is not there block nothing', async () => {
      const leaked = { ...ecKey('nowhere'), ...ecPair('nowhere').privateJwk }
      expect(await refusal(add('0oa00000000000000000', leaked))).toBe('not_found')
      expect(await refusal(add(await newApp(), ecKey('nowhere')))).toBe('done')
    })

    it('claimed for a key by which the organization signs do not revoke it', async () => {
      const { x, y } = ecPair('own').publicJwk
      const material = { kty: 'EC', crv: 'P-256', x: String(x), y: String(y) } as const
      const kid = jwkThumbprint(material)
      await authority.store.write({ organizationId: authority.actorA.organizationId }, (tx) =>
        insertSigningKey(tx, {
          kid,
          issuer_id: authority.actorA.organizationId,
          status: 'ACTIVE',
          algorithm: 'ES256',
          public_jwk: JSON.stringify(material),
          sealed_private: null,
          published_at: 0,
          activated_at: 0,
          retired_at: null,
          revoked_at: null,
          retain_until: null,
          withdrawn_at: null,
          active_from: null,
          active_until: null,
        }),
      )
      const before = await headSeq()
      expect(await refusal(add(await newApp(), { ...ecKey('own'), d: 'AQAB' }))).toBe('client_key_private')
      const kinds = (await entriesOf(authority, authority.actorA)).slice(before).map((entry) => entry.kind)
      expect(kinds).not.toContain('key.revoked')
    })

    async function expectNowhere(secret: string): Promise<void> {
      const { organizationId } = authority.actorA
      const kept = await authority.store.read({ organizationId }, async ({ db }) => [
        await db.selectFrom('client_keys').selectAll().execute(),
        await db.selectFrom('blocked_keys').selectAll().execute(),
        await db.selectFrom('log_entries').selectAll().execute(),
      ])
      expect(JSON.stringify(kept)).not.toContain(secret)
    }
  })

  it('tells in its log all that its tables have, after any commands, and nothing of refused ones', async () => {
    const kids = ['a', 'b', 'c', null]
    const materials = [ecKey('m1'), ecKey('m2'), rsaKey('m3'), encryptionKey('m4'), encryptionKey('m5')]
    const key = fc
      .record({
        material: fc.constantFrom(...materials),
        kid: fc.constantFrom(...kids),
        status: fc.constantFrom('ACTIVE', 'INACTIVE'),
      })
      .map(
        ({ material, kid, status }): TestJwk => ({
          ...material,
          kid,
          status: status === 'ACTIVE' ? 'ACTIVE' : 'INACTIVE',
        }),
      )
    const command = fc.oneof(
      fc.record({ type: fc.constant('add' as const), key }),
      fc.record({ type: fc.constantFrom('activate', 'deactivate', 'delete'), at: fc.nat(4) }),
      fc.record({
        type: fc.constant('replace' as const),
        keys: fc.array(key, { maxLength: 4 }),
        keep: fc.boolean(),
      }),
      fc.record({ type: fc.constant('elsewhere' as const) }),
    )
    const { actorA } = authority
    const run = async (appId: string, step: typeof command extends fc.Arbitrary<infer T> ? T : never) => {
      const held = await list(appId)
      if ('key' in step) return add(appId, step.key)
      if ('keys' in step) {
        const kept = step.keep ? held.map(sentBack) : []
        const keys = [...kept, ...step.keys.map((one) => submitted(one))]
        return replaceApplication(authority, actorA, appId, { ...SERVICE, keys })
      }
      if ('at' in step) {
        const id = held[step.at]?.id ?? 'pks'
        if (step.type === 'activate') return activateClientKey(authority, actorA, appId, id)
        if (step.type === 'deactivate') return deactivateClientKey(authority, actorA, appId, id)
        return deleteClientKey(authority, actorA, appId, id)
      }
      const metadata = { ...SERVICE.metadata, jwks_uri: 'https://billing.example.com/keys' }
      return replaceApplication(authority, actorA, appId, { ...SERVICE, metadata })
    }
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 10 }), async (steps) => {
        const appId = await newApp()
        for (const step of steps) {
          const before = await headSeq()
          const outcome = await refusal(run(appId, step))
          if (outcome !== 'done') expect(await headSeq()).toBe(before)
          const now = await list(appId)
          const encryption = now.filter((one) => one.use === 'enc' && one.status === 'ACTIVE')
          expect(encryption.length).toBeLessThanOrEqual(1)
          const names = now.map((one) => one.kid)
          expect(new Set(names).size).toBe(names.length)
        }
        const byLog = await clientsByLog(authority, actorA)
        const byTables = await clientsByTables(authority, actorA)
        expect(byLog[appId]).toEqual(byTables[appId])
      }),
      { numRuns: 25 },
    )
    expect(await clientsByLog(authority, actorA)).toEqual(await clientsByTables(authority, actorA))
  })
})
