import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bindPort } from '../../src/start/port.ts'
import type { TestDatabase, TestPlace } from '../support/databases.ts'
import { Management, TOKEN_FORMATS, type TokenFormat } from '../support/management.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import {
  type Answer,
  arrange,
  type Constellation,
  createShared,
  type Held,
  type Observation,
  observe,
  type Shared,
  tryCode,
} from './constellation.ts'
import { type Case, ORGANIZATION, RETIREMENTS, SCOPES, TRIGGERS, type Voided } from './scope-cases.ts'

/** A port that is free now: the issuer must stay the same over a restart. */
async function freePort(): Promise<string> {
  const { handle, number } = await bindPort('127.0.0.1', 0)
  await new Promise((resolve) => handle.close(resolve))
  return String(number)
}

function expected({ access, refresh, sessions = [] }: Voided): Observation {
  const answer = (isVoid: boolean): Answer => (isVoid ? 'refused' : 'accepted')
  const all = (voided: readonly Held[]): Record<Held, Answer> => ({
    main: answer(voided.includes('main')),
    otherApi: answer(voided.includes('otherApi')),
    otherUser: answer(voided.includes('otherUser')),
    otherApplication: answer(voided.includes('otherApplication')),
    otherSession: answer(voided.includes('otherSession')),
    otherServer: answer(voided.includes('otherServer')),
  })
  return {
    access: all(access),
    refresh: all(refresh),
    sessions: {
      ada: answer(sessions.includes('ada')),
      elsewhere: answer(sessions.includes('elsewhere')),
      ben: answer(sessions.includes('ben')),
    },
  }
}

const ALL_GOOD = expected({ access: [], refresh: [], code: false })
const CASES = [...SCOPES, ...TRIGGERS, ...RETIREMENTS]

/**
 * Holds every scope and trigger of revocation to its row of the table, through a real server process.
 *
 * @param formats the formats of access tokens in which a row (by its number) is tried
 */
export function holdToTable(database: TestDatabase, formats: (row: number) => readonly TokenFormat[]): void {
  describe(`what a revocation reaches, on ${database.name}`, () => {
    let place: TestPlace
    let server: ServerProcess
    let shared: Shared
    let admin: Management
    const past: { readonly name: string; readonly now: Constellation; readonly observation: Observation }[] =
      []

    beforeAll(async () => {
      place = await database.place()
      server = await startServer(place.options, {
        RESCIND_PORT: await freePort(),
        RESCIND_OKTA_REQUESTS_PER_MINUTE: '1000000',
        RESCIND_LOG_LEVEL: 'error',
      })
      admin = new Management(server.url, server.credentials.get('RESCIND_ADMIN_API_TOKEN') ?? '')
      shared = await createShared(admin)
    })
    afterAll(async () => {
      await server.end('SIGTERM')
      await place.remove()
    })

    async function tryCase({ name, act, voids, ownServer }: Case, format: TokenFormat, within: Shared) {
      const now = await arrange(within, format, { ownServer: ownServer === true })
      expect(await observe(now)).toEqual(ALL_GOOD)
      await act(now)
      const voided = voids(format)
      const observation = expected(voided)
      expect(await observe(now)).toEqual(observation)
      expect(await tryCode(now)).toBe(voided.code ? 'refused' : 'accepted')
      past.push({ name: `${name}, ${format}`, now, observation })
    }

    for (const [number, row] of CASES.entries())
      describe(row.name, () => {
        it.each(formats(number))('for %s access tokens', (format) => tryCase(row, format, shared))
      })

    it.each(TOKEN_FORMATS)('an organization, for %s access tokens, and no other', async (format) => {
      const name = `tenant-${format}`
      const { admin: made } = await admin.ok('POST /api/rescind/v1/organizations', { name, subdomain: name })
      const own = await createShared(new Management(server.url, made.apiToken))
      await tryCase(ORGANIZATION, format, own)
    })

    it('all of it stays so in a new process over the same database', async () => {
      const tried = CASES.flatMap((_row, number) => formats(number)).length
      expect(past.length).toBe(tried + TOKEN_FORMATS.length)
      await server.end('SIGKILL')
      server = await server.restart()
      for (const { name, now, observation } of past)
        expect({ name, ...(await observe(now)) }).toEqual({ name, ...observation })
    }, 120_000)
  })
}
