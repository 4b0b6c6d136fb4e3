import { AuthorityRefusal, grantIn, parseObject, refusalIn } from './answers.ts'
import type { ServerEvent } from './events.ts'
import type { Grant } from './lease.ts'

/** What the authority agrees to speak (RFC 6455 section 1.9). */
const PROTOCOL = 'rescind.log.v1'
/** Close codes of the authority: this, and what HTTP would have answered (section 7.4.2: from 4000 on they are private). */
const REFUSED = 4_000

interface Question {
  readonly resolve: (answer: string) => void
  readonly reject: (failure: Error) => void
}

/**
 * One connection for both directions: frames come by it and acknowledgements go, one at a time. Made of the
 * `WebSocket` that Node, browsers and the edge have in common.
 */
export class LogSocket {
  readonly #socket: WebSocket
  readonly #opening = Promise.withResolvers<void>()
  readonly #arrived: ServerEvent[] = []
  #question: Question | undefined
  #end: Error | undefined
  #onNews: () => void = () => undefined

  /** Whether this platform has what is needed. */
  static get isPossible(): boolean {
    return typeof WebSocket === 'function'
  }

  /**
   * Resolves once it is open, and rejects where it cannot be opened: a WebSocket does not say why.
   *
   * @param url beginning with `http`, as for a request
   */
  static async open(url: string, token: string, signal: AbortSignal): Promise<LogSocket> {
    signal.throwIfAborted()
    const opened = new LogSocket(url, token)
    const stop = () => opened.close(new Error('the connection was not opened in time'))
    signal.addEventListener('abort', stop)
    try {
      await opened.#opening.promise
      return opened
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  private constructor(url: string, token: string) {
    // The token stands among the protocols, because a `WebSocket` cannot be given headers everywhere.
    const socket = new WebSocket(url.replace(/^http/, 'ws'), [PROTOCOL, `bearer.${token}`])
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => this.#opening.resolve())
    socket.addEventListener('message', ({ data }) => this.#take(data))
    socket.addEventListener('error', () => this.close(new Error('the connection failed')))
    socket.addEventListener('close', ({ code, reason }) => this.close(endOf(code, reason)))
  }

  get isOpen(): boolean {
    return this.#end === undefined
  }

  /**
   * What arrives, until the connection ends, no frame comes for `silence` milliseconds, `signal` is
   * aborted, or nobody asks for the next.
   *
   * @throws AuthorityRefusal where it was refused after it had been opened
   */
  async *news(silence: number, signal: AbortSignal): AsyncGenerator<ServerEvent, void> {
    const stop = () => this.close(new Error('the connection was closed'))
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      for (;;) {
        yield* this.#arrived.splice(0)
        if (this.#arrived.length > 0) continue
        if (this.#end !== undefined) throw this.#end
        clearTimeout(timer)
        timer = setTimeout(() => this.close(new Error('the connection fell silent')), silence)
        await new Promise<void>((resolve) => {
          this.#onNews = resolve
        })
      }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      stop()
    }
  }

  /** @throws AuthorityRefusal where no lease is granted, Error where the connection ends or `signal` is aborted before */
  acknowledge(message: string, signal: AbortSignal): Promise<Grant> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    if (this.#question !== undefined) return Promise.reject(new Error('an acknowledgement is under way'))
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#question = { resolve, reject }
    // Answers come in order: without this one, no later one can be told from it.
    const stop = () => this.close(new Error('no answer in time'))
    signal.addEventListener('abort', stop)
    this.#socket.send(message)
    return promise.then(grantOf).finally(() => signal.removeEventListener('abort', stop))
  }

  close(cause: Error): void {
    if (this.#end !== undefined) return
    this.#end = cause
    if (cause instanceof AuthorityRefusal && cause.code === 'log_snapshot_due')
      this.#arrived.push({ event: 'snapshot', data: 'due' })
    this.#socket.close()
    this.#opening.reject(cause)
    this.#question?.reject(cause)
    this.#onNews()
  }

  #take(data: unknown): void {
    if (this.#end !== undefined) return
    if (data instanceof ArrayBuffer) {
      this.#arrived.push({ event: 'frame', data: new Uint8Array(data) })
      this.#onNews()
    } else if (typeof data === 'string') {
      this.#question?.resolve(data)
      this.#question = undefined
    }
  }
}

/** @throws AuthorityRefusal where no lease is granted, Error where the answer is none */
function grantOf(answer: string): Grant {
  const body = parseObject(answer)
  if (typeof body.status === 'number') throw refusalIn(body.status, body)
  return grantIn(body)
}

function endOf(code: number, reason: string): Error {
  return code >= REFUSED ? new AuthorityRefusal(code - REFUSED, reason) : new Error('the connection ended')
}
