import { type TSchema, Type } from '@fastify/type-provider-typebox'
import { ErrorBody } from './errors.ts'

/** Every route may refuse, always in the same form. */
export const RESPONSES = { '4xx': ErrorBody, '5xx': ErrorBody }

/** A page of a list; `next` is the `after` of the following page, or null. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) })

/** The query of a list. */
export const PageQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 100 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  { additionalProperties: false },
)

/** Cuts a page from rows of which one more than the limit was asked for. */
export function cutPage<Item>(
  rows: readonly Item[],
  limit: number,
  cursorOf: (item: Item) => string,
): { items: Item[]; next: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}
