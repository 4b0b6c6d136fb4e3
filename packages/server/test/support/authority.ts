import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import type { Actor, Authority } from '../../src/authority/index.ts'
import { systemActor } from '../../src/authority/index.ts'
import { openLog } from '../../src/log/index.ts'
import { MasterKeyVault } from '../../src/secrets/index.ts'
import { SYSTEM } from '../../src/store/index.ts'
import type { TestDatabase } from './databases.ts'
import { rsaKeyPairs } from './rsa-key-pairs.ts'

/** Two organizations, so that every suite can try what belongs to one from the other. */
export const ORGANIZATION_A = 'aaaaaaaaaaaaaaaaaaaaaaaa'
export const ORGANIZATION_B = 'bbbbbbbbbbbbbbbbbbbbbbbb'

export interface TestAuthority extends Authority {
  readonly clock: { now(): number; advance(milliseconds: number): void }
  readonly actorA: Actor
  readonly actorB: Actor
  close(): Promise<void>
}

/** The real domain over a fresh database, with a clock that the test moves. */
export async function openTestAuthority(database: TestDatabase): Promise<TestAuthority> {
  const { store, close } = await database.open()
  let now = Date.parse('2026-01-01T00:00:00Z')
  for (const id of [ORGANIZATION_A, ORGANIZATION_B]) {
    await store.write(SYSTEM, async (tx) => {
      await tx.db
        .insertInto('organizations')
        .values({ id, name: id, subdomain: id, created_at: now })
        .execute()
      await openLog(tx, id)
    })
  }
  return {
    store,
    clock: {
      now: () => now,
      advance: (milliseconds) => {
        now += milliseconds
      },
    },
    vault: new MasterKeyVault(randomBytes(32)),
    rsaKeyPairs,
    logger: pino({ level: 'silent' }),
    publicUrl: 'http://localhost:8080',
    actorA: systemActor(ORGANIZATION_A),
    actorB: systemActor(ORGANIZATION_B),
    close,
  }
}
