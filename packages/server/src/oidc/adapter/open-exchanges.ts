import type { ServerResponse } from 'node:http'

/**
 * The exchanges that this node has yet to answer, by the handle of what is exchanged. A code that comes again while
 * its first use is being answered is a client's race with itself: refused, and nothing is taken back, so that one of
 * the two succeeds. Once the answer has left, and always where another node gives it, a second use is a stolen copy's
 * (RFC 6749 section 10.5).
 */
export class OpenExchanges {
  readonly #answers = new Map<string, ServerResponse>()

  began(handle: string, answer: ServerResponse): void {
    this.#answers.set(handle, answer)
    answer.once('close', () => this.#answers.delete(handle))
  }

  isOpen(handle: string): boolean {
    return this.#answers.get(handle)?.writableEnded === false
  }
}
