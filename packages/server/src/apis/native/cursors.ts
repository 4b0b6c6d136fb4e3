import { type Static, Type } from '@fastify/type-provider-typebox'
import { Compile } from 'typebox/compile'
import { DomainError } from '../../errors/index.ts'

const Place = Compile(Type.Tuple([Type.Union([Type.String(), Type.Integer()]), Type.String()]))

/** Where a page of a sorted list ends: the value that it is sorted by, and the id that breaks ties. */
export interface SortedPlace {
  readonly key: string | number
  readonly id: string
}

/** The `next` of a page: opaque to callers, who give it back as `after`. */
export function writePlace({ key, id }: SortedPlace): string {
  return Buffer.from(JSON.stringify([key, id] satisfies Static<typeof PlaceSchema>)).toString('base64url')
}

const PlaceSchema = Type.Tuple([Type.Union([Type.String(), Type.Integer()]), Type.String()])

/** @throws DomainError `invalid_request` for what is no `next` of a list sorted by this kind of value */
export function readPlace(after: string, kind: 'string' | 'number'): SortedPlace {
  const parsed = parse(Buffer.from(after, 'base64url').toString())
  if (!Place.Check(parsed) || typeof parsed[0] !== kind)
    throw new DomainError('invalid_request', { '/after': 'must be the `next` of the page before' })
  const [key, id] = parsed
  return { key, id }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
