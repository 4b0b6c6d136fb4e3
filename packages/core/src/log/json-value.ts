import type { EntryRecord, EntryValue } from './entry.ts'
import { malformed } from './format-error.ts'

const MAX_DEPTH = 16

/** The own members of a JSON object, so that no name in it can mean anything to the language. */
export function membersOf(value: unknown, at: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return malformed(at, 'not an object')
  return new Map<string, unknown>(Object.entries(value))
}

/** Copies JSON as it may stand in an entry: no fractions, no lone surrogates, bounded depth. */
export function readValue(value: unknown, at: string, depth = 0): EntryValue {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? value : malformed(at, 'not a safe integer')
  if (typeof value === 'string') return value.isWellFormed() ? value : malformed(at, 'a lone surrogate')
  if (depth === MAX_DEPTH) return malformed(at, 'nested too deeply')
  if (Array.isArray(value)) return value.map((item: unknown) => readValue(item, at, depth + 1))
  return readRecord(value, at, depth + 1)
}

export function readRecord(value: unknown, at: string, depth = 0): EntryRecord {
  // fromEntries defines members; unlike assignment it gives `__proto__` no meaning.
  return Object.fromEntries(
    [...membersOf(value, at)].map(([name, member]) => [name, readValue(member, at, depth)]),
  )
}
