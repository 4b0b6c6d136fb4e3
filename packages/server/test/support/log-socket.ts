import { once } from 'node:events'
import { request } from 'node:http'
import { decodeFrame, type Frame } from '@rescind/core/log'

/** A WebSocket of the log, read message by message. */
export interface TestSocket {
  /** The next frame. */
  frame(): Promise<Frame>
  /** The next text, parsed; a test looks into answers of every shape. */
  // biome-ignore lint/suspicious/noExplicitAny: as it says
  answer(): Promise<any>
  say(message: string | object): void
  /** Once it is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  close(): void
}

const urlOf = (origin: string, query: string) => `${origin}/api/rescind/v1/log${query}`

/** Opens one by the `WebSocket` of the platform, as verifiers do. */
export async function openLogSocket(origin: string, token: string, query = ''): Promise<TestSocket> {
  const url = urlOf(origin, query).replace('http', 'ws')
  const socket = new WebSocket(url, ['rescind.log.v1', `bearer.${token}`])
  socket.binaryType = 'arraybuffer'
  const frames = new Arrivals<Frame>()
  const answers = new Arrivals<unknown>()
  socket.addEventListener('message', ({ data }) => {
    if (data instanceof ArrayBuffer) frames.add(decodeFrame(new Uint8Array(data)))
    else answers.add(JSON.parse(String(data)))
  })
  const closed = once(socket, 'close').then(([{ code, reason }]) => ({ code, reason }))
  await once(socket, 'open')
  return {
    frame: () => frames.next(),
    answer: () => answers.next(),
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    closed,
    close: () => socket.close(),
  }
}

/** What a request to upgrade is answered, where it is not upgraded. */
export async function refusedUpgrade(
  origin: string,
  query: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const asking = request(urlOf(origin, query), {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      ...headers,
    },
  })
  asking.end()
  const [response] = await once(asking, 'response')
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode, body }
}

/** What comes one after the other, for whoever asks for the next. */
class Arrivals<Item> {
  readonly #come: Item[] = []
  #waiting: ((item: Item) => void) | undefined

  add(item: Item): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined) this.#come.push(item)
    else waiting(item)
  }

  next(): Promise<Item> {
    const [first] = this.#come.splice(0, 1)
    if (first !== undefined) return Promise.resolve(first)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }
}
