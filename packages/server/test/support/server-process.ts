import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { TestPlace } from './databases.ts'
import { inheritedEnvironment } from './inherited-environment.ts'

const MAIN = join(import.meta.dirname, '../../src/start/main.ts')

export type Environment = Readonly<Record<string, string>>

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The real server in a process of its own, over a folder or a database that outlives it. */
export interface ServerProcess {
  /** As the ready line names it. */
  readonly url: string
  /** What the server printed as `NAME=value`, with what an earlier process on the same place printed. */
  readonly credentials: ReadonlyMap<string, string>
  readonly exited: Promise<Exit>
  /** What it runs with, for other commands on the same place. */
  readonly environment: Environment
  stdout(): string
  stderr(): string
  /** Resolves once the server has logged something that matches. */
  logs(pattern: RegExp): Promise<void>
  /** Sends a signal and waits for the end. `SIGKILL` is what a power cut is to a process. */
  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<Exit>
  /** A new process on the same place with the same environment; this one must have ended. */
  restart(more?: Environment): Promise<ServerProcess>
}

export interface SpawnedServer {
  readonly child: ChildProcess
  /** Its stdout and stderr as they come. */
  readonly output: Readable
  readonly complaints: Readable
  readonly exited: Promise<Exit>
  stdout(): string
  stderr(): string
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a server on a free port and resolves once it says that it is ready. */
export function startServer(
  place: TestPlace['options'],
  environment: Environment = {},
): Promise<ServerProcess> {
  return start(environmentOf(place, environment), new Map())
}

/** A server that has only just been started, for those who do not wait until it is ready. */
export function spawnServer(place: TestPlace['options'], environment: Environment = {}): SpawnedServer {
  return launch(environmentOf(place, environment))
}

/** Runs another command of the program on a place, to its end. */
export async function runCommand(
  words: readonly string[],
  environment: Environment,
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const { exited, stdout, stderr } = launch(environment, words)
  const exit = await exited
  return { ...exit, stdout: stdout(), stderr: stderr() }
}

/** Runs a server that is expected to end by itself: refused starts. */
export async function runServer(
  place: TestPlace['options'],
  environment: Environment = {},
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const { exited, stdout, stderr } = launch(environmentOf(place, environment))
  const exit = await exited
  return { ...exit, stdout: stdout(), stderr: stderr() }
}

/** The master key stays the same over restarts, as an operator's would; a folder generates its own. */
function environmentOf({ dataDir, databaseUrl }: TestPlace['options'], more: Environment): Environment {
  return {
    ...inheritedEnvironment(),
    RESCIND_PORT: '0',
    ...(dataDir !== '' && { RESCIND_DATA_DIR: dataDir }),
    ...(databaseUrl !== undefined && {
      RESCIND_DATABASE_URL: databaseUrl,
      RESCIND_MASTER_KEY: randomBytes(32).toString('hex'),
    }),
    ...more,
  }
}

async function start(environment: Environment, known: ReadonlyMap<string, string>): Promise<ServerProcess> {
  const { child, output, complaints, exited, stdout, stderr } = launch(environment)
  const url = await new Promise<string>((resolve, reject) => {
    output.on('data', () => {
      const ready = /^rescind ready on (.+)$/m.exec(stdout())?.[1]
      if (ready !== undefined) resolve(ready)
    })
    exited.then(({ code }) => reject(new Error(`the server ended with ${code}: ${stderr()}`)), reject)
  })
  const printed = [...stdout().matchAll(/^(RESCIND_\w+)=(.*)$/gm)]
  const credentials = new Map([
    ...known,
    ...printed.map(([, name = '', value = '']) => [name, value] as const),
  ])
  return {
    url,
    credentials,
    exited,
    environment,
    stdout,
    stderr,
    async logs(pattern) {
      while (!pattern.test(stderr())) await once(complaints, 'data')
    },
    async end(signal) {
      child.kill(signal)
      return exited
    },
    restart: (more = {}) => start({ ...environment, ...more }, credentials),
  }
}

function launch(environment: Environment, words: readonly string[] = ['serve']): SpawnedServer {
  const child = spawn(process.execPath, ['--conditions=rescind-source', MAIN, ...words], {
    env: environment,
    // Over the channel a server notices that the test is gone, however it went, and stops.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.channel?.unref()
  const { stdout: output, stderr: complaints } = child
  if (output === null || complaints === null) throw new TypeError('the server has no pipes')
  running.add(child)
  const out: string[] = []
  const err: string[] = []
  output.setEncoding('utf8').on('data', (text: string) => out.push(text))
  complaints.setEncoding('utf8').on('data', (text: string) => err.push(text))
  const exited = once(child, 'close').then(([code, signal]: unknown[]): Exit => {
    running.delete(child)
    return { code: typeof code === 'number' ? code : null, signal: isSignal(signal) ? signal : null }
  })
  return { child, output, complaints, exited, stdout: () => out.join(''), stderr: () => err.join('') }
}

function isSignal(value: unknown): value is NodeJS.Signals {
  return typeof value === 'string'
}
