import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ByteReader, ByteWriter } from './bytes.ts'
import { LogFormatError, malformed } from './format-error.ts'
import { type IndexEntry, readIndexEntry, writeIndexEntry } from './index-entry.ts'

/**
 * News of a log as one view has it. A frame covers every entry after `from` up to and including `to`, whether or
 * not the view holds one: an empty frame says that nothing in its range concerns the follower, which is what lets
 * contiguity be judged on ranges.
 */
export interface Frame {
  readonly log: string
  readonly incarnation: number
  readonly from: number
  readonly to: number
  /** The version of the view; see `viewVersion`. */
  readonly view: string
  /** What is told of the place `to`, 32 bytes in lower-case hexadecimal: who holds it gives it back as it is. */
  readonly digest: string
  /** In order. */
  readonly entries: readonly IndexEntry[]
}

const FORMAT = 1
const MAGIC = 0x52
const LOG_BYTES = 12
const DIGEST_BYTES = 32
const SMALLEST_ENTRY = 3
export const MAX_FRAME_BYTES = 8 * 2 ** 20
const MAX_VIEW = 64

/**
 * Writes a frame: some 60 bytes, and about 27 for each id that was revoked.
 *
 * @throws RangeError for entries that are out of order or outside the range
 */
export function encodeFrame(frame: Frame): Uint8Array {
  const out = new ByteWriter()
  out.byte(MAGIC)
  out.byte(FORMAT)
  writePlace(out, frame)
  out.varint(frame.from)
  out.varint(frame.to - frame.from)
  out.text(frame.view)
  out.bytes(hexToBytes(frame.digest))
  out.varint(frame.entries.length)
  let last = frame.from
  for (const entry of frame.entries) {
    if (entry.seq <= last || entry.seq > frame.to || entry.incarnation !== frame.incarnation) {
      throw new RangeError('an entry outside the range or out of order')
    }
    out.varint(entry.seq - last)
    writeIndexEntry(out, entry)
    last = entry.seq
  }
  return out.finish()
}

/**
 * Reads a frame from bytes that nobody vouches for.
 *
 * @throws LogFormatError `too_large`, `truncated`, `malformed`, or `unsupported` for a format or kind of entry
 * newer than this build; the reader then stays where it is and grows stale
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length > MAX_FRAME_BYTES) throw new LogFormatError('too_large', 'a frame beyond the limit')
  const from = new ByteReader(bytes)
  if (from.byte() !== MAGIC) malformed('frame', 'not a frame')
  if (from.byte() !== FORMAT) throw new LogFormatError('unsupported', 'another format of frames')
  const { log, incarnation } = readPlace(from)
  const start = from.varint()
  const end = start + from.varint()
  if (!Number.isSafeInteger(end)) malformed('frame', 'a range beyond 2^53 − 1')
  const view = readView(from)
  const digest = bytesToHex(from.bytes(DIGEST_BYTES))
  const count = from.count(SMALLEST_ENTRY)
  const entries: IndexEntry[] = []
  let seq = start
  for (let place = 0; place < count; place++) {
    const step = from.varint()
    seq += step
    if (step === 0 || seq > end) malformed('frame', 'an entry outside the range or out of order')
    entries.push(readIndexEntry(from, { incarnation, seq }))
  }
  from.end()
  return { log, incarnation, from: start, to: end, view, digest, entries }
}

export function writePlace(out: ByteWriter, { log, incarnation }: Pick<Frame, 'log' | 'incarnation'>): void {
  out.bytes(hexToBytes(log))
  out.varint(incarnation)
}

export function readPlace(from: ByteReader): Pick<Frame, 'log' | 'incarnation'> {
  const log = bytesToHex(from.bytes(LOG_BYTES))
  const incarnation = from.varint()
  return incarnation === 0 ? malformed('incarnation', 'is zero') : { log, incarnation }
}

export function readView(from: ByteReader): string {
  const view = from.text()
  return view.length > 0 && view.length <= MAX_VIEW ? view : malformed('view', 'not a version')
}
