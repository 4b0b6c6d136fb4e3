import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { openStore } from '../../src/store/index.ts'
import type { TestDatabase, TestPlace } from '../support/databases.ts'
import { type Environment, type ServerProcess, startServer } from '../support/server-process.ts'
import { KillApi, Unanswered } from './http-kill-api.ts'
import { Ledger } from './http-kill-ledger.ts'
import { type Observation, observe } from './http-kill-observe.ts'
import { Random } from './http-kill-random.ts'
import { type Writer, writers } from './http-kill-writers.ts'

/** What the loop did and found. */
export interface KillReport {
  readonly database: TestDatabase['name']
  readonly kills: number
  /** Of these, before the server had said that it is ready: a fault during recovery. */
  readonly killsDuringStart: number
  readonly acknowledged: number
  readonly entries: number
  /** Changes that were unanswered when the server died, by what became of them. */
  readonly unansweredDone: number
  readonly unansweredUndone: number
  readonly faults: readonly string[]
}

export interface KillOptions {
  readonly rounds: number
  readonly seed: number
}

/** How long the writers write before the server is killed, and how long it may start, in milliseconds. */
const WRITING = { min: 20, max: 1_000 }
const STARTING = { min: 0, max: 400 }
/** Every so many rounds, on average, the next server is killed while it starts. */
const START_KILLS = 5

/**
 * Kills a server with SIGKILL, again and again, at random moments while writers write; after each death compares
 * the database with what was acknowledged, and starts the next one on what is left. The choices of the writers
 * and the times of the kills follow from the seed; what the operating system makes of them does not.
 */
export async function killLoop(database: TestDatabase, { rounds, seed }: KillOptions): Promise<KillReport> {
  const place = await database.place()
  try {
    return await new KillLoop(database, place, seed).run(rounds)
  } finally {
    await place.remove()
  }
}

class KillLoop {
  readonly #database: TestDatabase
  readonly #place: TestPlace
  readonly #random: Random
  readonly #ledger = new Ledger()
  readonly #writers: readonly Writer[]
  readonly #token = randomBytes(24).toString('base64url')
  readonly #environment: Environment
  readonly #faults: string[] = []
  #killsDuringStart = 0
  #unansweredDone = 0
  #unansweredUndone = 0
  #entries = 0

  constructor(database: TestDatabase, place: TestPlace, seed: number) {
    this.#database = database
    this.#place = place
    this.#random = new Random(seed)
    this.#writers = writers(this.#random.fork(), this.#ledger)
    this.#environment = {
      RESCIND_ADMIN_API_TOKEN: this.#token,
      RESCIND_MASTER_KEY: randomBytes(32).toString('hex'),
      RESCIND_OKTA_REQUESTS_PER_MINUTE: '1000000',
      RESCIND_LOG_LEVEL: 'warn',
    }
  }

  async run(rounds: number): Promise<KillReport> {
    for (let round = 1; round <= rounds && this.#faults.length === 0; round++) {
      if (round > 1 && this.#random.between(1, START_KILLS) === 1) await this.#killWhileStarting()
      const server = await startServer(this.#place.options, this.#environment)
      try {
        await this.#writeUntilKilled(server, round)
      } finally {
        await server.end('SIGKILL')
      }
      await this.#settle(round)
    }
    return {
      database: this.#database.name,
      kills: rounds + this.#killsDuringStart,
      killsDuringStart: this.#killsDuringStart,
      acknowledged: this.#ledger.acknowledged,
      entries: this.#entries,
      unansweredDone: this.#unansweredDone,
      unansweredUndone: this.#unansweredUndone,
      faults: this.#faults,
    }
  }

  /** The kill comes from outside, at its own time; the writers learn of it from their broken connections. */
  async #writeUntilKilled(server: ServerProcess, round: number): Promise<void> {
    const api = new KillApi(server.url, this.#token, this.#ledger)
    for (const writer of this.#writers) await writer.recover(api)
    const kill = this.#momentOfKill(round).then(() => server.end('SIGKILL'))
    await Promise.all([...this.#writers.map((writer) => writeUntilUnanswered(writer, api)), kill])
  }

  /**
   * Every other time it counts from the first change that is acknowledged: a server that has just started on a busy
   * machine may take longer to that than any of these times, and then nothing would ever be.
   */
  async #momentOfKill(round: number): Promise<void> {
    const time = this.#random.between(WRITING.min, WRITING.max)
    const before = this.#ledger.acknowledged
    while (round % 2 === 1 && this.#ledger.acknowledged === before) await delay(5)
    await delay(time)
  }

  async #killWhileStarting(): Promise<void> {
    const main = join(import.meta.dirname, '../../src/start/main.ts')
    const { dataDir, databaseUrl } = this.#place.options
    const child = spawn(process.execPath, ['--conditions=rescind-source', main, 'serve'], {
      env: {
        ...this.#environment,
        RESCIND_PORT: '0',
        ...(dataDir !== '' && { RESCIND_DATA_DIR: dataDir }),
        ...(databaseUrl !== undefined && { RESCIND_DATABASE_URL: databaseUrl }),
      },
      stdio: 'ignore',
    })
    const closed = once(child, 'close')
    await delay(this.#random.between(STARTING.min, STARTING.max))
    child.kill('SIGKILL')
    await closed
    this.#killsDuringStart += 1
  }

  async #settle(round: number): Promise<void> {
    const { standings, entries, faults } = await this.#observe()
    const { done, undone, faults: broken } = this.#ledger.settle(standings)
    this.#unansweredDone += done
    this.#unansweredUndone += undone
    this.#entries = entries
    this.#faults.push(...[...faults, ...broken].map((fault) => `after kill ${round}: ${fault}`))
  }

  async #observe(): Promise<Observation> {
    const { databaseUrl } = this.#place.options
    if (databaseUrl !== undefined) await endOrphans(databaseUrl)
    const store = await openStore(this.#place.options)
    try {
      return await observe(store)
    } finally {
      await store.close()
    }
  }
}

async function writeUntilUnanswered(writer: Writer, api: KillApi): Promise<void> {
  try {
    for (;;) await writer.step(api)
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
  }
}

/** How long PostgreSQL may take to end a backend, in milliseconds. */
const BACKEND_END = 10_000

/**
 * The backends of a killed server live on for a moment and may still commit what they were sent. What is found
 * must not change afterwards, so they are ended, as an operator would, and waited for.
 */
async function endOrphans(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      `select pg_terminate_backend(pid, ${BACKEND_END}) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
  } finally {
    await client.end()
  }
}
