import { WRONG_TYPES } from './corpus.ts'

export interface Spoiled {
  readonly name: string
  readonly body: unknown
}

/** The body with each of its members, at every depth, replaced by one value of each type, and the body itself too. */
export function* spoilEachMember(body: unknown): Generator<Spoiled> {
  for (const place of places(body, []))
    for (const value of WRONG_TYPES)
      yield {
        name: `${place.join('.') || 'the body'} = ${JSON.stringify(value).slice(0, 40)}`,
        body: replace(body, place, value),
      }
}

type Place = readonly (string | number)[]

function* places(value: unknown, at: Place): Generator<Place> {
  yield at
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value))
    yield* places(member, [...at, Array.isArray(value) ? Number(name) : name])
}

function replace(body: unknown, [first, ...rest]: Place, value: unknown): unknown {
  if (first === undefined) return value
  if (Array.isArray(body))
    return body.map((item, index) => (index === first ? replace(item, rest, value) : item))
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(
    Object.entries(body).map(([name, member]) => [
      name,
      name === first ? replace(member, rest, value) : member,
    ]),
  )
}
