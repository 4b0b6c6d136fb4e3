/**
 * The process that starts those for relational work, passes on what they are told and say, and ends them. It runs no
 * statement and reads no message; it exists because a fork takes tens of milliseconds of whoever forks, the more the
 * larger it is, and each statement that is stopped at its limit costs one.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Launch, Launched } from './messages.ts'

/** Compiled or not, the program has the ending of the file that starts it. */
const PROGRAM = new URL(`./child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url)

const started = new Map<number, ChildProcess>()

function start(id: number): void {
  const child = fork(PROGRAM, {
    serialization: 'advanced',
    env: {},
    execArgv: ['--max-old-space-size=64', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  started.set(id, child)
  const gone = (): void => {
    if (started.delete(id)) tell({ process: id, type: 'gone' })
  }
  child.once('exit', gone)
  child.once('error', gone)
  child.on('message', (message) => tell({ process: id, type: 'said', message }))
}

function tell(launched: Launched): void {
  process.send?.(launched)
}

process.on('message', (launch: Launch) => {
  if (launch.type === 'start') start(launch.process)
  else if (launch.type === 'pass') started.get(launch.process)?.send(launch.message, () => undefined)
  else started.get(launch.process)?.kill('SIGKILL')
})
process.on('disconnect', () => {
  for (const child of started.values()) child.kill('SIGKILL')
  process.exit()
})
