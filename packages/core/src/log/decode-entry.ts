import {
  ACTOR_TYPES,
  ENTRY_KINDS,
  type Entry,
  type EntryKind,
  type EntryRecord,
  REASON_CODES,
} from './entry.ts'
import { LogFormatError, malformed } from './format-error.ts'
import { brokenRule } from './index-entry.ts'
import { membersOf, readRecord } from './json-value.ts'
import { INDEXED, isIndexed } from './kinds.ts'
import { type Position, parsePosition } from './position.ts'
import { integer, oneOf, record, text } from './shape.ts'

/** An entry of a kind that this build does not know: kept as it is, and without any effect. */
export interface UnknownEntry {
  readonly kind: string
  readonly position: Position
  readonly at: number
  /** All members of the entry. */
  readonly content: EntryRecord
}

export type DecodedEntry =
  | { readonly known: true; readonly entry: Entry }
  | { readonly known: false; readonly entry: UnknownEntry }

const MAX_CHARACTERS = 1_048_576
const MEMBERS = new Set(['kind', 'position', 'at', 'actor', 'reason', 'cause', 'subject', 'data'])
const KINDS: ReadonlySet<string> = new Set(ENTRY_KINDS)

const kindName = text(64)
const identifier = text(2048)
const actor = record({ type: oneOf(ACTOR_TYPES), id: text(512) }, { source: oneOf(['console']) })
const reason = record({ code: oneOf(REASON_CODES) }, { text: text(4096) })
const cause = text(512)

/**
 * Reads an entry from its JSON, as the store and the wire have it. An entry of an unknown kind is preserved and
 * inert, because the list of kinds grows. An entry of a known kind must be exactly what the kind allows: a
 * revocation that is half understood would be a revocation lost.
 *
 * @throws LogFormatError
 */
export function decodeEntry(json: string): DecodedEntry {
  if (json.length > MAX_CHARACTERS) throw new LogFormatError('too_large', 'an entry beyond a mebibyte')
  const value = parse(json)
  const members = membersOf(value, 'entry')
  const kind = kindName.read(members.get('kind'), 'kind')
  const position = readPosition(members.get('position'))
  const at = integer.read(members.get('at'), 'at')
  if (!isEntryKind(kind)) {
    return { known: false, entry: { kind, position, at, content: readRecord(value, 'entry') } }
  }
  for (const name of members.keys()) if (!MEMBERS.has(name)) malformed('entry', 'an unknown member')
  const base = {
    position,
    at,
    actor: actor.read(members.get('actor'), 'actor'),
    ...(members.has('reason') ? { reason: reason.read(members.get('reason'), 'reason') } : {}),
    ...(members.has('cause') ? { cause: cause.read(members.get('cause'), 'cause') } : {}),
  }
  // Subject and data were read by the shapes of this very kind, which the compiler does not follow.
  const entry = { ...base, ...readContent(kind, members.get('subject'), members.get('data')) } as Entry
  const broken = brokenRule(entry, position.seq)
  return broken === undefined ? { known: true, entry } : malformed('entry', broken)
}

function readContent(
  kind: EntryKind,
  subject: unknown,
  data: unknown,
): Pick<Entry, 'kind' | 'subject' | 'data'> {
  if (isIndexed(kind)) {
    const shape = INDEXED[kind]
    const named = shape.subject.read(subject, 'subject')
    // What a kind need not carry may be left out; what it must is missed here.
    const carried = shape.data.read(data ?? {}, 'data')
    return { kind, subject: named, ...(data === undefined ? {} : { data: carried }) }
  }
  const named = [...membersOf(subject, 'subject')].map(
    ([name, id]) => [name, identifier.read(id, name)] as const,
  )
  const carried = data === undefined ? {} : { data: readRecord(data, 'data') }
  return { kind, subject: Object.fromEntries(named), ...carried }
}

function isEntryKind(kind: string): kind is EntryKind {
  return KINDS.has(kind)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return malformed('entry', 'not JSON')
  }
}

function readPosition(value: unknown): Position {
  const members = membersOf(value, 'position')
  const log = members.get('log')
  const incarnation = integer.read(members.get('incarnation'), 'position.incarnation')
  const seq = integer.read(members.get('seq'), 'position.seq')
  const position = parsePosition(`${String(log)}.${incarnation}.${seq}`)
  if (position === undefined || typeof log !== 'string' || seq === 0 || members.size !== 3) {
    return malformed('position', 'not the place of an entry')
  }
  return position
}
