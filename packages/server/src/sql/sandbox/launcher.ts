import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import type { Launch, Launched, Order } from './messages.ts'

/** What a started process says, and that it is no more. */
export interface Listener {
  said(message: unknown): void
  gone(): void
}

/** A process that was started. */
export interface Started {
  /** Resolves when the next may be sent, without waiting for it to be read. Rejects when there is nobody to read it. */
  send(order: Order): Promise<void>
  end(): void
}

/** Compiled or not, the program has the ending of the file that starts it. */
const PROGRAM = new URL(`./launch${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url)

/**
 * The lowest. Whoever answers a login or an introspection comes first, even on the same core; what SQL costs is only
 * time that nobody else wants. It is given here, before the process has threads of its own, and whatever it starts has
 * it too.
 */
const PRIORITY = 19

/** Starts processes by way of one that is small, so that the authority itself forks once. */
export class Launcher {
  #launcher: ChildProcess | undefined
  readonly #listeners = new Map<number, Listener>()
  #last = 0

  start(listener: Listener): Started {
    const launcher = this.#launcher ?? this.#begin()
    this.#last += 1
    const id = this.#last
    this.#listeners.set(id, listener)
    const send = (launch: Launch): Promise<void> => {
      if (!this.#listeners.has(id)) return Promise.reject(new Error('the process is gone'))
      return new Promise((resolve, reject) => {
        launcher.send(launch, (failure) => (failure === null ? setImmediate(resolve) : reject(failure)))
      })
    }
    const quietly = (launch: Launch): void => void send(launch).catch(() => undefined)
    quietly({ process: id, type: 'start' })
    return {
      send: (message) => send({ process: id, type: 'pass', message }),
      end: () => quietly({ process: id, type: 'end' }),
    }
  }

  close(): void {
    this.#launcher?.kill('SIGTERM')
  }

  #begin(): ChildProcess {
    const launcher = fork(PROGRAM, {
      serialization: 'advanced',
      // Nothing of the authority's environment: it has the master key in it.
      env: {},
      execArgv: ['--max-old-space-size=64', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    if (launcher.pid !== undefined) setPriority(launcher.pid, PRIORITY)
    const lost = (): void => {
      if (this.#launcher === launcher) this.#launcher = undefined
      const listeners = [...this.#listeners.values()]
      this.#listeners.clear()
      for (const listener of listeners) listener.gone()
    }
    launcher.once('exit', lost)
    launcher.once('error', lost)
    launcher.on('message', (launched: Launched) => this.#take(launched))
    launcher.unref()
    launcher.channel?.unref()
    this.#launcher = launcher
    return launcher
  }

  #take(launched: Launched): void {
    const listener = this.#listeners.get(launched.process)
    if (launched.type === 'said') listener?.said(launched.message)
    else {
      this.#listeners.delete(launched.process)
      listener?.gone()
    }
  }
}
