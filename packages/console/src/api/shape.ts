/**
 * What an answer must look like. The console reads nothing that it has not looked at: an answer of another form is
 * a fault that says where, not an `undefined` three components further on. Members that are not named are left out.
 */
export type Shape<T> = (value: unknown, where: string) => T
export type Of<S> = S extends Shape<infer T> ? T : never

export class UnexpectedAnswer extends Error {
  override name = 'UnexpectedAnswer'
  constructor(where: string, wanted: string) {
    super(
      `The authority answered in a form that this console does not know: ${where || '/'} should be ${wanted}.`,
    )
  }
}

function primitive<T>(wanted: string, is: (value: unknown) => value is T): Shape<T> {
  return (value, where) => {
    if (is(value)) return value
    throw new UnexpectedAnswer(where, wanted)
  }
}

export const text = primitive('a text', (value) => typeof value === 'string')
export const number = primitive('a number', (value) => typeof value === 'number')
export const flag = primitive('true or false', (value) => typeof value === 'boolean')
export const anything: Shape<unknown> = (value) => value
/** For answers without a body, and for those that nobody reads. */
export const nothing: Shape<undefined> = () => undefined

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, where) => (value === null || value === undefined ? null : shape(value, where))
}

/** A member that older or smaller answers leave out. */
export function optional<T>(shape: Shape<T>, otherwise: T): Shape<T> {
  return (value, where) => (value === null || value === undefined ? otherwise : shape(value, where))
}

export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return (value, where) => {
    const found = words.find((word) => word === value)
    if (found === undefined) throw new UnexpectedAnswer(where, `one of ${words.join(', ')}`)
    return found
  }
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw new UnexpectedAnswer(where, 'a list')
    return value.map((item: unknown, index) => shape(item, `${where}/${index}`))
  }
}

export function object<S extends Readonly<Record<string, Shape<unknown>>>>(
  shapes: S,
): Shape<{ readonly [K in keyof S]: Of<S[K]> }> {
  const members = Object.entries(shapes)
  return (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new UnexpectedAnswer(where, 'an object')
    const source = new Map<string, unknown>(Object.entries(value))
    const read = members.map(([name, shape]) => [name, shape(source.get(name), `${where}/${name}`)])
    // Each member was read by the shape of its own name just now.
    return Object.fromEntries(read) as { readonly [K in keyof S]: Of<S[K]> }
  }
}

/** A table whose member names are data. */
export function record<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, where) => {
    if (typeof value !== 'object' || value === null) throw new UnexpectedAnswer(where, 'an object')
    return Object.fromEntries(
      Object.entries(value).map(([name, member]: [string, unknown]) => [
        name,
        shape(member, `${where}/${name}`),
      ]),
    )
  }
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export function pageOf<T>(item: Shape<T>): Shape<Page<T>> {
  return object({ items: list(item), next: nullable(text) })
}
