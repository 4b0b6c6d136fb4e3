import { ARTEFACT_CLASSES } from '@rescind/core/log'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApplication } from '../../src/directory/applications.ts'
import { DEFAULT_PRESENTATION } from '../../src/directory/presentation.ts'
import { createCluster } from '../../src/federation/clusters.ts'
import { floorsOf } from '../../src/log/floors.ts'
import { append, snapshotEntries } from '../../src/log/index.ts'
import { LIFETIMES } from '../../src/oidc/lifetimes.ts'
import { completeEffects } from '../../src/revocation/effect/completion.ts'
import { revoke } from '../../src/revocation/revoke.ts'
import { insertNode, listNodes, putLeases } from '../../src/store/queries/cluster-nodes.ts'
import { SETTLED } from '../../src/tokens/floors.ts'
import { Janitor, KEPT } from '../../src/tokens/janitor.ts'
import {
  ORGANIZATION_A,
  ORGANIZATION_B,
  openTestAuthority,
  type TestAuthority,
} from '../support/authority.ts'
import { DATABASES } from '../support/databases.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'

const HOUR = 3_600_000

it('a head is settled only when no ID token from before it is good any more', () => {
  expect(SETTLED).toBeGreaterThan(LIFETIMES.idToken * 1000 + HOUR / 2)
})

describe.each(DATABASES)('the janitor on $name', (database) => {
  let authority: TestAuthority
  let issuer: TestIssuer
  let janitor: Janitor

  beforeEach(async () => {
    authority = await openTestAuthority(database)
    issuer = openTestIssuer(authority)
    janitor = new Janitor(authority, { batch: 3, floorStep: 1 })
  })
  afterEach(async () => {
    issuer.close()
    await authority.close()
  })

  const A = { organizationId: ORGANIZATION_A }
  const count = (table: 'tokens' | 'oidc_records', organizationId = ORGANIZATION_A) =>
    authority.store.read({ organizationId }, async (tx) => {
      const { n } = await tx.db
        .selectFrom(table)
        .select((row) => row.fn.countAll<number>().as('n'))
        .where('organization_id', '=', organizationId)
        .executeTakeFirstOrThrow()
      return Number(n)
    })
  const revokeSomebody = (user = 'somebody', organizationId = ORGANIZATION_A) =>
    authority.store.write({ organizationId }, (tx) =>
      append(
        tx,
        { kind: 'user.revoked', subject: { user }, actor: { type: 'system', id: 'test' } },
        authority.clock.now(),
      ),
    )
  const floors = (organizationId = ORGANIZATION_A) =>
    authority.store.read({ organizationId }, (tx) => floorsOf(tx, 1))
  const headSeq = async () => (await issuer.knowledge.confirm(ORGANIZATION_A)).seq

  it('removes what expired, however much, and nothing else, in every organization', async () => {
    for (let made = 0; made < 10; made += 1) {
      await issuer.issue(ORGANIZATION_A, { client: 'c', lifetime: HOUR })
      await issuer.record(ORGANIZATION_A, { model: 'Session', user: 'u', uid: `s${made}`, lifetime: HOUR })
      await issuer.issue(ORGANIZATION_B, { client: 'c', lifetime: HOUR })
    }
    const kept = await issuer.issue(ORGANIZATION_A, { client: 'c', lifetime: 100 * HOUR })
    await issuer.record(ORGANIZATION_A, { model: 'Grant', user: 'u', lifetime: 100 * HOUR })
    await janitor.round()
    expect([await count('tokens'), await count('oidc_records')]).toEqual([11, 11])
    authority.clock.advance(HOUR + KEPT.records + 1)
    await janitor.round()
    expect([await count('tokens'), await count('oidc_records')]).toEqual([11, 1])
    authority.clock.advance(KEPT.tokens)
    await janitor.round()
    expect([await count('tokens'), await count('tokens', ORGANIZATION_B)]).toEqual([1, 0])
    expect(await issuer.isGood(ORGANIZATION_A, kept)).toBe(true)
  })

  it('forgets nodes that fell silent a day ago, but none that goes on accepting while it is waited for', async () => {
    const now = authority.clock.now()
    const { id: cluster } = await createCluster(authority, authority.actorA, {
      name: 'orders',
      class: 'connected',
      apis: [],
      identityProviders: [],
      maxStaleness: 1_000,
      whenStale: 'open',
      verifierProfile: undefined,
    })
    const { application } = await createApplication(authority, authority.actorA, {
      label: 'Orders',
      metadata: { grant_types: ['client_credentials'], application_type: 'service' },
      presentation: DEFAULT_PRESENTATION,
      status: 'ACTIVE',
    })
    const leased = async (name: string, whenStale: 'closed' | 'open', until: number) => {
      const node = { id: name, cluster_id: cluster, name, token_hash: name, created_at: now }
      const lease = { incarnation: 1, seq: 0, acknowledged_at: now, lease_until: until, max_staleness: 1 }
      await authority.store.write(A, async (tx) => {
        await insertNode(tx, node)
        await putLeases(tx, [name], { ...lease, cluster_id: cluster, when_stale: whenStale })
      })
    }
    const left = async () =>
      (await authority.store.read(A, (tx) => listNodes(tx, cluster))).map(({ id }) => id).sort()
    await leased('closed', 'closed', now)
    await leased('open', 'open', now)
    await leased('running', 'closed', now + 2 * KEPT.silentNodes)
    const target = { type: 'application', id: application.id } as const
    await revoke(authority, authority.actorA, { target, reason: 'test' })
    await janitor.round()
    expect(await left()).toEqual(['closed', 'open', 'running'])
    authority.clock.advance(KEPT.silentNodes + 1)
    await janitor.round()
    expect(await left()).toEqual(['open', 'running'])
    await completeEffects(authority)
    await janitor.round()
    expect(await left()).toEqual(['running'])
  })

  it('may stop after any transaction, and several may work at once', async () => {
    for (let made = 0; made < 10; made += 1) await issuer.issue(ORGANIZATION_A, { client: 'c', lifetime: 1 })
    authority.clock.advance(KEPT.tokens + 2)
    await janitor.round(AbortSignal.abort())
    expect(await count('tokens')).toBe(10)
    const others = [new Janitor(authority, { batch: 2 }), new Janitor(authority, { batch: 3 }), janitor]
    await Promise.all(others.map((each) => each.round()))
    expect(await count('tokens')).toBe(0)
  })

  it('raises no floor before a head has settled', async () => {
    for (let made = 0; made < 5; made += 1) await revokeSomebody()
    await janitor.round()
    authority.clock.advance(SETTLED - 1)
    await janitor.round()
    expect(await floors()).toEqual(new Map())
    authority.clock.advance(1)
    await janitor.round()
    expect([...(await floors()).keys()].sort()).toEqual([...ARTEFACT_CLASSES].sort())
    expect(new Set((await floors()).values())).toEqual(new Set([5]))
    // A second turn, and a second node, have nothing to gain.
    const before = await headSeq()
    const lazy = new Janitor(authority, { floorStep: 1_000 })
    await lazy.round()
    authority.clock.advance(SETTLED)
    await lazy.round()
    expect(await headSeq()).toBe(before)
  })

  it('never raises a floor above what is still good, of each class by itself', async () => {
    await revokeSomebody()
    const old = await issuer.issue(ORGANIZATION_A, {
      kind: 'refresh',
      client: 'c',
      grant: 'g',
      lifetime: 100 * HOUR,
    })
    await revokeSomebody()
    const access = await issuer.issue(ORGANIZATION_A, { client: 'c', lifetime: 100 * HOUR })
    await issuer.record(ORGANIZATION_A, { model: 'Session', user: 'u', uid: 's', lifetime: 100 * HOUR })
    await revokeSomebody()
    await janitor.round()
    authority.clock.advance(SETTLED)
    await janitor.round()
    const now = await floors()
    expect([now.get('refresh'), now.get('access'), now.get('session'), now.get('code')]).toEqual([1, 2, 2, 3])
    expect(await issuer.isGood(ORGANIZATION_A, old)).toBe(true)
    expect(await issuer.isGood(ORGANIZATION_A, access)).toBe(true)
    // Expired, removed: the floor follows.
    authority.clock.advance(100 * HOUR + KEPT.tokens + 1)
    await janitor.round()
    await janitor.round()
    expect((await floors()).get('refresh')).toBeGreaterThanOrEqual(3)
  })

  it('lets the index forget, and nothing that was revoked comes back', async () => {
    const victim = await issuer.issue(ORGANIZATION_A, { client: 'c', user: 'somebody', lifetime: HOUR })
    await revokeSomebody()
    expect(await issuer.isGood(ORGANIZATION_A, victim)).toBe(false)
    const live = () =>
      authority.store.read(A, async (tx) => {
        const { pages } = await snapshotEntries(tx, ORGANIZATION_A, { classes: ARTEFACT_CLASSES })
        const kinds: string[] = []
        for await (const page of pages) kinds.push(...page.map(({ kind }) => kind))
        return kinds
      })
    expect(await live()).toContain('user.revoked')
    await janitor.round()
    authority.clock.advance(HOUR + SETTLED)
    await janitor.round()
    // The row is still there, to be looked up, so its position holds the floor back.
    expect(await live()).toContain('user.revoked')
    expect(await issuer.isGood(ORGANIZATION_A, victim)).toBe(false)
    authority.clock.advance(KEPT.tokens)
    await janitor.round()
    await janitor.round()
    expect(await live()).not.toContain('user.revoked')
  })

  it('does not void what a request is about to save with a place from before', async () => {
    await revokeSomebody()
    await janitor.round()
    authority.clock.advance(SETTLED)
    // The request comes now, after the head has settled, and captures its place.
    const issued = issuer.issue(ORGANIZATION_A, { client: 'c' })
    await janitor.round()
    expect(await issuer.isGood(ORGANIZATION_A, await issued)).toBe(true)
  })

  it('leaves the registers alone', async () => {
    const { application } = await createApplication(authority, authority.actorA, {
      label: 'Blocked',
      metadata: { grant_types: ['client_credentials'], application_type: 'service' },
      presentation: DEFAULT_PRESENTATION,
      status: 'INACTIVE',
    })
    await janitor.round()
    authority.clock.advance(SETTLED)
    await janitor.round()
    const fresh = openTestIssuer(authority)
    const index = await fresh.knowledge.confirm(ORGANIZATION_A)
    expect(index.blocks.client(application.clientId)).toBeDefined()
    fresh.close()
  })
})
