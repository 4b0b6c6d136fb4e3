import { utf8ToBytes } from '@noble/hashes/utils.js'
import { LogFormatError } from './format-error.ts'

/** What of the platform's decoder is needed; it exists in Node and in every browser. */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: true; ignoreBOM: true },
) => { decode(bytes: Uint8Array): string }
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Appends binary values to a buffer that grows by doubling. */
export class ByteWriter {
  #buffer: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  /** An unsigned integer up to 2^53 − 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an unsigned integer: ${value}`)
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  word(value: number): void {
    this.#reserve(4)
    const buffer = this.#buffer
    buffer[this.#length++] = value & 0xff
    buffer[this.#length++] = (value >>> 8) & 0xff
    buffer[this.#length++] = (value >>> 16) & 0xff
    buffer[this.#length++] = value >>> 24
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
  }

  /** A string as its length in bytes and its UTF-8. */
  text(value: string): void {
    const encoded = utf8ToBytes(value)
    this.varint(encoded.length)
    this.bytes(encoded)
  }

  /** What was written, in a buffer of its own. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}

/**
 * Reads binary values from bytes that nobody vouches for. Every read is bounded by what is there, so that no
 * length found in the input can make it allocate more than the input's own size.
 *
 * @throws LogFormatError `truncated` past the end, `malformed` for a spelling that is not the shortest
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  byte(): number {
    const value = this.#bytes[this.#offset]
    if (value === undefined) throw new LogFormatError('truncated', 'the bytes end in a value')
    this.#offset++
    return value
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let place = 0; place < 8; place++) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (byte === 0 && place > 0)
          throw new LogFormatError('malformed', 'an integer with a superfluous byte')
        if (!Number.isSafeInteger(value)) break
        return value
      }
      scale *= 0x80
    }
    throw new LogFormatError('malformed', 'an integer beyond 2^53 − 1')
  }

  /** A count of things that take at least `least` bytes each: never more than can still follow. */
  count(least: number): number {
    const count = this.varint()
    if (count * least > this.remaining) throw new LogFormatError('truncated', 'fewer items than announced')
    return count
  }

  /** The next bytes, as a view on the input. */
  bytes(length: number): Uint8Array {
    if (length > this.remaining) throw new LogFormatError('truncated', 'fewer bytes than announced')
    const start = this.#offset
    this.#offset += length
    return this.#bytes.subarray(start, this.#offset)
  }

  text(): string {
    const bytes = this.bytes(this.varint())
    try {
      return utf8.decode(bytes)
    } catch {
      throw new LogFormatError('malformed', 'a string that is not UTF-8')
    }
  }

  /** @throws LogFormatError `malformed` when something follows the end */
  end(): void {
    if (this.remaining > 0) throw new LogFormatError('malformed', 'bytes after the end')
  }
}
