import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** A checkpoint is due after this many statements of the writer: some 8 to 32 MiB of log. */
const STATEMENTS_PER_CHECKPOINT = 4_000

export interface CheckpointerOptions {
  readonly path: string
  readonly statementsPerCheckpoint?: number
  /** A checkpoint was made, as far as readers allowed. */
  onDone?(): void
  /** A checkpoint failed: nothing is lost, the log keeps growing, and the next one tries again. */
  onFailed(failure: Error): void
  /** The thread is gone: the writer must look after its log itself from now on. */
  onGone(failure: Error): void
}

/**
 * Keeps the write-ahead log short without stopping the event loop: a thread with a connection of its own, started
 * when the first checkpoint is due.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions
  #worker: Worker | undefined
  #statements = 0
  #busy = false
  #closed = false

  constructor(options: CheckpointerOptions) {
    this.#options = options
  }

  /** @param statements how many statements of the writer were just committed */
  committed(statements: number): void {
    this.#statements += statements
    const due = this.#options.statementsPerCheckpoint ?? STATEMENTS_PER_CHECKPOINT
    if (this.#statements < due || this.#busy || this.#closed) return
    this.#statements = 0
    this.#busy = true
    this.#worker ??= this.#start()
    this.#worker.postMessage('checkpoint')
  }

  async close(): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    if (worker === undefined) return
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    worker.once('exit', () => resolve())
    // The thread does not keep the process alive, but its end is worth waiting for.
    worker.ref()
    worker.postMessage('close')
    await gone
  }

  #start(): Worker {
    // The same file stands beside this one as TypeScript in the sources and as JavaScript in the package.
    const script = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(script, { workerData: this.#options.path, execArgv: [] })
    worker.unref()
    worker.on('message', (answer: unknown) => {
      this.#busy = false
      const failure = failureOf(answer)
      if (failure === undefined) this.#options.onDone?.()
      else this.#options.onFailed(failure)
    })
    worker.on('error', (failure) =>
      this.#gone(failure instanceof Error ? failure : new Error(String(failure))),
    )
    worker.on('exit', () => this.#gone(new Error('the checkpoint thread ended')))
    return worker
  }

  #gone(failure: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#worker = undefined
    this.#options.onGone(failure)
  }
}

/** What went wrong in the thread, with the result code that tells how bad it is. */
function failureOf(answer: unknown): Error | undefined {
  if (typeof answer !== 'object' || answer === null || !('message' in answer)) return undefined
  const errcode = 'errcode' in answer ? answer.errcode : 0
  return Object.assign(new Error(`a checkpoint failed: ${String(answer.message)}`), { errcode })
}
