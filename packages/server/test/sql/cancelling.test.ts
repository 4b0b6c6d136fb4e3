import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DomainError } from '../../src/errors/index.ts'
import { runStatement, type SqlServices } from '../../src/sql/index.ts'
import { LIMITS } from '../../src/sql/limits.ts'
import { Turns } from '../../src/sql/turns.ts'
import { createApp, webBody } from '../support/applications.ts'
import { DATABASES } from '../support/databases.ts'
import { openSqlPorts, type SqlPorts } from '../support/sql-ports.ts'
import { BOMB } from './client.ts'
import { CANCEL_REQUEST, packet } from './packets.ts'

const ONE = { rows: [[1]] }
const CANCELLED = { code: 'sql_cancelled' }

/** Tells by what each statement ended, once its turn was given back. */
class WatchedTurns extends Turns {
  readonly ends: string[] = []

  override async take<Result>(organizationId: string, run: () => Promise<Result>): Promise<Result> {
    let end = 'answered'
    try {
      return await super.take(organizationId, run)
    } catch (failure) {
      end = failure instanceof DomainError ? failure.code : 'unexpected'
      throw failure
    } finally {
      this.ends.push(end)
    }
  }
}

function cancelRequest(client: pg.Client): Buffer {
  return packet(
    CANCEL_REQUEST,
    Number(Reflect.get(client, 'processID')),
    Number(Reflect.get(client, 'secretKey')),
  )
}

describe.each(DATABASES.filter(({ name }) => name === 'sqlite'))(
  'statements that nobody waits for',
  (database) => {
    let ports: SqlPorts
    let services: SqlServices
    let turns: WatchedTurns
    beforeAll(async () => {
      ports = await openSqlPorts(database)
    })
    afterAll(() => ports.close())
    beforeEach(() => {
      turns = new WatchedTurns()
      services = { ...ports.services, turns }
    })
    const run = (statement: string, signal?: AbortSignal) =>
      runStatement(services, ports.okta.authority.actorA, statement, signal && { signal })

    it.each([
      ['at once', 0],
      ['while two run and two wait for a process', 200],
    ])('are stopped %s, and their turns and processes are free', async (_, after) => {
      const controller = new AbortController()
      const all = Array.from({ length: LIMITS.statementsPerOrganization }, () => run(BOMB, controller.signal))
      const ended = Promise.allSettled(all)
      if (after > 0) await setTimeout(after)
      controller.abort()
      for (const each of await ended)
        expect(each).toMatchObject({ status: 'rejected', reason: expect.objectContaining(CANCELLED) })
      expect(await Promise.all([run('SELECT 1 AS one'), run('SELECT 1 AS one')])).toMatchObject([ONE, ONE])
    })

    it('leave the queue for a process to those behind them', async () => {
      // Woken, and not wanted any more, in one moment: whichever comes first.
      for (let steps = 0; steps < 12; steps += 1) {
        const [first, second, waiting] = [new AbortController(), new AbortController(), new AbortController()]
        const bombs = [first, second, waiting].map(({ signal }) => run(BOMB, signal))
        const ended = Promise.allSettled(bombs)
        const behind = run('SELECT 1 AS one')
        await setTimeout(20)
        turns.ends.length = 0
        first.abort()
        for (let step = 0; step < steps; step += 1) await null
        waiting.abort()
        expect(await behind).toMatchObject(ONE)
        expect(turns.ends.toSorted()).toEqual(['answered', 'sql_cancelled', 'sql_cancelled'])
        second.abort()
        expect(await ended).toMatchObject(bombs.map(() => ({ status: 'rejected', reason: CANCELLED })))
      }
    })

    it('are carried out all the same where they change something', async () => {
      const app = await createApp(ports.okta, webBody())
      await run(`EXEC okta.apps.apps.deactivate_application @appId='${app}'`, AbortSignal.abort())
      const { body } = await ports.okta.call(ports.okta.adminA, `GET /apps/${app}`)
      expect(body.status).toBe('INACTIVE')
    })

    it.each(['asks for it', 'is gone'])(
      'stop in earnest where a client of the PostgreSQL port %s',
      async (how) => {
        const listener = await ports.listen({}, services)
        const client = await ports.connect({ port: listener.port })
        const failed = client.query(BOMB).catch((failure: unknown) => failure)
        await setTimeout(100)
        if (how === 'is gone') Reflect.get(client, 'connection').stream.destroy()
        else connect(listener.port, '127.0.0.1').end(cancelRequest(client))
        await failed
        await expect.poll(() => turns.ends).toEqual(['sql_cancelled'])
        await listener.close()
      },
    )
  },
)
