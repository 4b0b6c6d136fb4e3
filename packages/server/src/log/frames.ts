import { decodeEntry, type Entry, type Frame, type IndexEntry, toIndexEntry } from '@rescind/core/log'
import type { LoggedEntry } from './read.ts'

/** What a reader of the log may see of it. */
export interface Sight {
  /** The version of the view, which every frame states. */
  readonly version: string
  /** What the reader sees of an entry; `undefined` where it does not concern the reader. */
  see(entry: Entry): IndexEntry | undefined
}

/** The authority itself sees every entry: its view has no bounds, and so no version. */
export const WHOLE_SIGHT: Sight = { version: '', see: toIndexEntry }

/** What the index makes of entries of the store: nothing, of those that void nothing. */
export function seen(entries: readonly LoggedEntry[], sight: Sight): IndexEntry[] {
  return entries.flatMap(({ body }) => {
    const decoded = decodeEntry(body)
    const entry = decoded.known ? sight.see(decoded.entry) : undefined
    return entry === undefined ? [] : [entry]
  })
}

/** How much of the log one frame covers at most, in characters: a follower refuses a frame beyond eight mebibytes. */
const LARGEST = 4 * 2 ** 20

/** Entries in order and without gaps, as frames: of one incarnation each, and none too large to be taken. */
export function framesOf(entries: readonly LoggedEntry[], sight: Sight): Frame[] {
  return grouped(entries).flatMap((group) => {
    const first = group[0]?.position
    const last = group.at(-1)
    if (first === undefined || last === undefined) return []
    const { log, incarnation } = first
    const range = { log, incarnation, from: first.seq - 1, to: last.position.seq }
    return [{ ...range, view: sight.version, digest: last.digest, entries: seen(group, sight) }]
  })
}

function grouped(entries: readonly LoggedEntry[]): LoggedEntry[][] {
  const groups: LoggedEntry[][] = []
  let current: number | undefined
  let size = 0
  for (const entry of entries) {
    size += entry.body.length
    if (current !== entry.position.incarnation || size > LARGEST) {
      groups.push([])
      size = entry.body.length
    }
    groups.at(-1)?.push(entry)
    current = entry.position.incarnation
  }
  return groups
}
