import { setTimeout as sleep } from 'node:timers/promises'
import { Compile } from 'typebox/compile'
import { ProgressDocument } from '../../revocation/effect/document.ts'
import { CommandRefused, type Terminal } from './command.ts'
import { effectLines, nodeLine, summaryLine, wasSilentBefore } from './effect-lines.ts'
import type { NativeClient } from './native-client.ts'

const frame = Compile(ProgressDocument)

/** Between two attempts to follow, in milliseconds. */
const AGAIN = 500
/** How often the seconds that are left are drawn anew. */
const TICK = 500

/**
 * Shows the effect of a revocation as it spreads: drawn in place on a terminal, a line for each change elsewhere.
 *
 * @param patience milliseconds
 * @returns the last that was told, `complete` or not
 * @throws CommandRefused where nothing was told at all
 */
export async function watchEffect(
  client: NativeClient,
  id: string,
  patience: number,
  terminal: Terminal,
): Promise<ProgressDocument> {
  const limit = AbortSignal.timeout(patience)
  const show = terminal.redraw === undefined ? new Changes(terminal) : new Drawing(terminal, terminal.redraw)
  let last: ProgressDocument | undefined
  try {
    for await (const news of framesOf(client, id, limit)) {
      last = news
      show.take(news)
      // Whoever is exposed stays so until tokens expire: there is nothing to watch.
      if (news.complete || news.effect.state === 'exposed') break
    }
  } finally {
    show.end()
  }
  if (last === undefined) throw new CommandRefused('the progress cannot be followed')
  return last
}

/** Frames over as many connections as it takes. */
async function* framesOf(
  client: NativeClient,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<ProgressDocument, void> {
  let version = ''
  while (!signal.aborted) {
    try {
      const resume = version === '' ? {} : { 'last-event-id': version }
      const path = `/revocations/${encodeURIComponent(id)}/progress`
      const reply = await client.open(path, { accept: 'text/event-stream', ...resume }, signal)
      for await (const data of eventData(reply)) {
        const news = frame.Parse(JSON.parse(data))
        version = news.version
        yield news
      }
    } catch (failure) {
      // The revocation stands, whatever becomes of watching it.
      if (version === '' && !signal.aborted) throw failure
    }
    await sleep(AGAIN, undefined, { signal }).catch(() => undefined)
  }
}

/** The data of each server-sent event; comments and names are of no interest here. */
async function* eventData(reply: Response): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of reply.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const data = lines.flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []))
      if (data.length > 0) yield data.join('\n')
    }
  }
}

/** Over and over at the same place. */
class Drawing {
  readonly #terminal: Terminal
  readonly #redraw: (lines: readonly string[]) => void
  readonly #timer: NodeJS.Timeout
  #last: ProgressDocument | undefined

  constructor(terminal: Terminal, redraw: (lines: readonly string[]) => void) {
    this.#terminal = terminal
    this.#redraw = redraw
    this.#timer = setInterval(() => this.#draw(), TICK)
  }

  take(news: ProgressDocument): void {
    this.#last = news
    this.#draw()
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #draw(): void {
    if (this.#last === undefined) return
    const { rows, columns } = this.#terminal
    this.#redraw(effectLines(this.#last.effect, Date.now(), Date.parse(this.#last.at), rows - 1, columns))
  }
}

/** A line for each node whose state is another, and how it stands when something has changed. */
class Changes {
  readonly #terminal: Terminal
  readonly #states = new Map<string, string>()
  #summary = ''

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  take({ effect, at }: ProgressDocument): void {
    for (const cluster of effect.clusters)
      for (const node of cluster.nodes) {
        if (this.#states.get(node.id) === node.state || wasSilentBefore(node, Date.parse(at))) continue
        this.#states.set(node.id, node.state)
        this.#terminal.print(nodeLine(node, Date.now()))
      }
    const summary = summaryLine(effect)
    if (summary !== this.#summary) this.#terminal.print(summary)
    this.#summary = summary
  }

  end(): void {}
}
