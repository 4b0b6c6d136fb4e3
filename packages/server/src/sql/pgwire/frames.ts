import type { Duplex } from 'node:stream'
import { ProtocolFault } from './faults.ts'

export interface Frame {
  /** The letter of the message; none for the first ones, which have no letter. */
  readonly type: string
  readonly body: Buffer
}

/**
 * Cuts what a client sends into messages: a length that is refused is refused before anything of it is kept, and
 * nothing more is read while a message is being worked on.
 */
export class Frames {
  readonly #source: AsyncIterator<Buffer>
  #kept: Buffer = Buffer.alloc(0)

  constructor(stream: Duplex) {
    this.#source = stream.iterator({ destroyOnReturn: false })
  }

  /** Whether bytes stand here that were sent before they were asked for. */
  get hasMore(): boolean {
    return this.#kept.length > 0
  }

  /** The next message without a letter. @returns undefined at the end of the stream */
  async nextUntyped(limit: number): Promise<Frame | undefined> {
    if (!(await this.#fill(4))) return undefined
    return this.#take('', 0, limit)
  }

  /** The next message. @returns undefined at the end of the stream */
  async next(limit: number): Promise<Frame | undefined> {
    if (!(await this.#fill(5))) return undefined
    return this.#take(String.fromCharCode(this.#kept[0] ?? 0), 1, limit)
  }

  async #take(type: string, offset: number, limit: number): Promise<Frame | undefined> {
    const length = this.#kept.readUInt32BE(offset)
    if (length < 4) throw new ProtocolFault('08P01', 'the length of the message is not one')
    if (length > limit) throw new ProtocolFault('54000', 'the message is too long')
    const end = offset + length
    if (!(await this.#fill(end))) return undefined
    const body = this.#kept.subarray(offset + 4, end)
    this.#kept = this.#kept.subarray(end)
    return { type, body }
  }

  async #fill(length: number): Promise<boolean> {
    if (this.#kept.length >= length) return true
    const parts = [this.#kept]
    let have = this.#kept.length
    while (have < length) {
      const { value, done } = await this.#source.next()
      if (done) return false
      parts.push(value)
      have += value.length
    }
    this.#kept = Buffer.concat(parts)
    return true
  }

  /** Lets go of the stream, so that TLS can have it. */
  async release(): Promise<void> {
    await this.#source.return?.()
  }
}

/** Reads the fields of one message. @throws ProtocolFault where it ends too early */
export class Fields {
  readonly #body: Buffer
  #at = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  get left(): number {
    return this.#body.length - this.#at
  }

  bytes(length: number): Buffer {
    if (length < 0 || length > this.left) throw new ProtocolFault('08P01', 'the message ends too early')
    this.#at += length
    return this.#body.subarray(this.#at - length, this.#at)
  }

  letter(): string {
    return String.fromCharCode(this.bytes(1)[0] ?? 0)
  }

  int16(): number {
    return this.bytes(2).readInt16BE()
  }

  int32(): number {
    return this.bytes(4).readInt32BE()
  }

  text(): string {
    const end = this.#body.indexOf(0, this.#at)
    if (end < 0) throw new ProtocolFault('08P01', 'a text does not end')
    const text = this.#body.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  /** As many as are announced, each read by `read`. */
  list<Item>(read: (fields: Fields) => Item): Item[] {
    return Array.from({ length: Math.max(0, this.int16()) }, () => read(this))
  }
}
