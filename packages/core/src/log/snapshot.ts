import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ByteReader, ByteWriter } from './bytes.ts'
import { LogFormatError, malformed } from './format-error.ts'
import { type Frame, readPlace, readView, writePlace } from './frame.ts'
import { type IndexEntry, readIndexEntry, writeIndexEntry } from './index-entry.ts'
import { HASH_KEY_BYTES } from './live/id-hash.ts'
import type { LogIndex } from './live/log-index.ts'
import { ID_TABLES, type IdSection, RECORD_BYTES, type SnapshotIds } from './live/revoked-ids.ts'

/** All live entries of a view at a position. */
export interface Snapshot extends Pick<Frame, 'log' | 'incarnation' | 'view' | 'digest'> {
  readonly seq: number
  readonly entries: Iterable<IndexEntry>
  /** Individually revoked ids, already hashed; where they are left out, `entries` holds them too. */
  readonly ids?: SnapshotIds
}

const FORMAT = 1
const MAGIC = 0x53
const DIGEST_BYTES = 32
const SMALLEST_ENTRY = 4
const MAX_SNAPSHOT_BYTES = 2 ** 30

/**
 * Writes what an index amounts to, for a follower to load or for a file. 20 bytes for each id that was revoked by
 * name; the other entries as in a frame.
 *
 * @param digest what is told of its place, 32 bytes in hexadecimal
 * @throws RangeError when the index has a hole: what it lacks would be missed for ever
 */
export function encodeSnapshot(index: LogIndex, digest = index.digest): Uint8Array {
  if (index.hole !== undefined) throw new RangeError(`an index that is not whole: ${index.hole}`)
  const out = new ByteWriter(4096 + index.ids.size * RECORD_BYTES)
  out.byte(MAGIC)
  out.byte(FORMAT)
  writePlace(out, index)
  out.varint(index.seq)
  out.text(index.view)
  out.bytes(hexToBytes(digest))
  writeIds(out, index)
  const entries = [...index.entries()]
  out.varint(entries.length)
  for (const entry of entries) {
    out.varint(entry.incarnation)
    out.varint(entry.seq)
    writeIndexEntry(out, entry)
  }
  return out.finish()
}

function writeIds(out: ByteWriter, index: LogIndex): void {
  out.bytes(index.ids.hashKey)
  const tables = [...index.ids.tables()]
  out.varint(tables.length)
  for (const [name, table] of tables) {
    let count = 0
    let lowest = Number.MAX_SAFE_INTEGER
    table.each((_words, _at, seq) => {
      count++
      lowest = Math.min(lowest, seq)
    })
    const base = count === 0 ? 0 : lowest - 1
    out.varint(ID_TABLES.indexOf(name))
    out.varint(base)
    out.varint(count)
    table.each((words, at, seq) => {
      for (let word = 0; word < 4; word++) out.word(words[at + word] ?? 0)
      out.word(seq - base)
    })
  }
}

/**
 * Reads a snapshot from bytes that nobody vouches for. Nothing is applied before everything was read.
 *
 * @param limit the most bytes to accept
 * @throws LogFormatError `too_large`, `truncated`, `malformed`, or `unsupported` for a format or kind of entry
 * newer than this build
 */
export function decodeSnapshot(bytes: Uint8Array, limit = MAX_SNAPSHOT_BYTES): Snapshot {
  if (bytes.length > limit) throw new LogFormatError('too_large', 'a snapshot beyond the limit')
  const from = new ByteReader(bytes)
  if (from.byte() !== MAGIC) malformed('snapshot', 'not a snapshot')
  if (from.byte() !== FORMAT) throw new LogFormatError('unsupported', 'another format of snapshots')
  const { log, incarnation } = readPlace(from)
  const seq = from.varint()
  const view = readView(from)
  const digest = bytesToHex(from.bytes(DIGEST_BYTES))
  const ids = readIds(from, seq)
  const count = from.count(SMALLEST_ENTRY)
  const entries: IndexEntry[] = []
  for (let place = 0; place < count; place++) {
    const mark = { incarnation: from.varint(), seq: from.varint() }
    if (mark.incarnation > incarnation || (mark.incarnation === incarnation && mark.seq > seq)) {
      malformed('snapshot', 'an entry beyond its position')
    }
    if (mark.incarnation === 0 || mark.seq === 0) malformed('snapshot', 'an entry without a place')
    entries.push(readIndexEntry(from, mark))
  }
  from.end()
  return { log, incarnation, seq, view, digest, ids, entries }
}

function readIds(from: ByteReader, seq: number): SnapshotIds {
  const hashKey = new Uint8Array(from.bytes(HASH_KEY_BYTES))
  const sections: IdSection[] = []
  const count = from.count(3)
  for (let place = 0; place < count; place++) {
    const table = ID_TABLES[from.varint()]
    if (table === undefined) throw new LogFormatError('unsupported', 'a table that this build does not know')
    if (sections.some((section) => section.table === table)) malformed('snapshot', 'a table twice')
    const base = from.varint()
    const records = from.bytes(from.count(RECORD_BYTES) * RECORD_BYTES)
    const view = new DataView(records.buffer, records.byteOffset, records.length)
    for (let at = 16; at < records.length; at += RECORD_BYTES) {
      const offset = view.getUint32(at, true)
      if (offset === 0 || base + offset > seq) malformed('snapshot', 'an id beyond its position')
    }
    sections.push({ table, base, records })
  }
  return { hashKey, sections }
}
