import type { ByteReader, ByteWriter } from './bytes.ts'
import { malformed } from './format-error.ts'

/**
 * One description of a value that gives its type, its check on parsed JSON, and its binary spelling. The verifier
 * is to depend on next to nothing and must run where code generation is forbidden; hence no schema library here.
 */
export interface Shape<T> {
  /** Returns the value of this shape, copied member by member; throws `LogFormatError` for anything else. */
  read(value: unknown, at: string): T
  write(out: ByteWriter, value: T): void
  /** Reads what `write` wrote, holding it to the same bounds as `read`. */
  decode(from: ByteReader, at: string): T
}
export type Of<S> = S extends Shape<infer T> ? T : never

/** A non-empty string of at most `max` UTF-16 units, without lone surrogates. */
export function text(max: number): Shape<string> {
  const check = (value: unknown, at: string): string => {
    if (typeof value !== 'string') return malformed(at, 'not a string')
    if (value.length === 0 || value.length > max) return malformed(at, `not 1 to ${max} characters`)
    return value.isWellFormed() ? value : malformed(at, 'a lone surrogate')
  }
  return {
    read: check,
    write: (out, value) => out.text(value),
    decode: (from, at) => check(from.text(), at),
  }
}

/** A string that matches a pattern, which bounds its length. */
export function matching(pattern: RegExp): Shape<string> {
  const check = (value: unknown, at: string): string =>
    typeof value === 'string' && pattern.test(value)
      ? value
      : malformed(at, `does not match ${pattern.source}`)
  return {
    read: check,
    write: (out, value) => out.text(value),
    decode: (from, at) => check(from.text(), at),
  }
}

/** An integer from 0 to 2^53 − 1. */
export const integer: Shape<number> = {
  read: (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : malformed(at, 'not an unsigned integer'),
  write: (out, value) => out.varint(value),
  decode: (from) => from.varint(),
}

/** One of a list of words. The binary form is the place in the list: append to it, never reorder. */
export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  return {
    read: (value, at) => words.find((word) => word === value) ?? malformed(at, 'not one of the known words'),
    write: (out, value) => out.varint(words.indexOf(value)),
    decode: (from, at) => words[from.varint()] ?? malformed(at, 'not one of the known words'),
  }
}

/** A list of at most `max` items. */
export function list<T>(item: Shape<T>, max: number): Shape<readonly T[]> {
  return {
    read(value, at) {
      if (!Array.isArray(value)) return malformed(at, 'not a list')
      if (value.length > max) return malformed(at, `more than ${max} items`)
      return value.map((member: unknown, index) => item.read(member, `${at}[${index}]`))
    },
    write(out, value) {
      out.varint(value.length)
      for (const member of value) item.write(out, member)
    },
    decode(from, at) {
      const count = from.count(1)
      if (count > max) return malformed(at, `more than ${max} items`)
      return Array.from({ length: count }, (_, index) => item.decode(from, `${at}[${index}]`))
    },
  }
}

type Shapes = Readonly<Record<string, Shape<unknown>>>
type Members<R, O> = { readonly [K in keyof R]: Of<R[K]> } & { readonly [K in keyof O]?: Of<O[K]> }

/**
 * An object with exactly these members: another one is refused, because an entry that says more than its reader
 * understands must not pass as understood. The binary form is a bit per optional member, then the members.
 */
export function record<const R extends Shapes, const O extends Shapes = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<Members<R, O>> {
  const fields = [
    ...Object.entries(required).map(([name, shape]) => ({ name, shape, bit: 0 })),
    ...Object.entries(optional ?? {}).map(([name, shape], place) => ({
      name,
      shape,
      bit: 1 << place,
    })),
  ]
  const names = new Set(fields.map((field) => field.name))
  // The members were each read by their own shape; the compiler cannot follow that through the loop.
  const built = (members: Record<string, unknown>) => members as Members<R, O>
  return {
    read(value, at) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return malformed(at, 'not an object')
      for (const name of Object.keys(value)) if (!names.has(name)) malformed(at, 'an unknown member')
      const given = new Map<string, unknown>(Object.entries(value))
      const members: Record<string, unknown> = {}
      for (const { name, shape, bit } of fields) {
        const member = given.get(name)
        if (member !== undefined) members[name] = shape.read(member, `${at}.${name}`)
        else if (bit === 0) malformed(`${at}.${name}`, 'missing')
      }
      return built(members)
    },
    write(out, value) {
      const members = new Map<string, unknown>(Object.entries(value))
      let present = 0
      for (const { name, bit } of fields) if (members.get(name) !== undefined) present |= bit
      if (optional !== undefined) out.varint(present)
      for (const { name, shape, bit } of fields)
        if (bit === 0 || present & bit) shape.write(out, members.get(name))
    },
    decode(from, at) {
      const present = optional === undefined ? 0 : from.varint()
      const known = fields.reduce((bits, field) => bits | field.bit, 0)
      if (present > known) return malformed(at, 'an unknown member')
      const members: Record<string, unknown> = {}
      for (const { name, shape, bit } of fields)
        if (bit === 0 || present & bit) members[name] = shape.decode(from, `${at}.${name}`)
      return built(members)
    },
  }
}

/** A shape whose value must also satisfy a rule between its members. */
export function refined<T>(shape: Shape<T>, broken: (value: T) => string | undefined): Shape<T> {
  const check = (value: T, at: string): T => {
    const detail = broken(value)
    return detail === undefined ? value : malformed(at, detail)
  }
  return {
    read: (value, at) => check(shape.read(value, at), at),
    write: shape.write,
    decode: (from, at) => check(shape.decode(from, at), at),
  }
}
