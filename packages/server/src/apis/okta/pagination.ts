import { Type } from 'typebox'
import { RequestRefused } from './request-refused.ts'
import type { OktaCall } from './route.ts'

/** Where a page ends: the sort key of its last row. Lists are ordered by creation, then id. */
export interface Cursor {
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly id: string
}

export interface PageRequest {
  readonly limit: number
  readonly after?: Cursor
}

/** One page of a list; `next` is there when more follow. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: Cursor
}

/** The query parameters of a list, to be spread into a route's query schema. */
export const PAGE_PARAMETERS = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  after: Type.Optional(Type.String({ maxLength: 100 })),
}

const CURSOR = /^(0|[1-9][0-9]{0,14})\.([0-9A-Za-z_-]{1,64})$/

/**
 * Reads `limit` and `after`.
 *
 * @throws RequestRefused for a cursor that no page of ours ended with
 */
export function pageRequest(
  query: { readonly limit?: number | undefined; readonly after?: string | undefined },
  defaultLimit: number,
): PageRequest {
  const limit = query.limit ?? defaultLimit
  return query.after === undefined ? { limit } : { limit, after: readCursor(query.after) }
}

/**
 * Cuts a page from rows of which one more than the limit was asked for.
 *
 * @param rows at most `limit + 1`, in order
 */
export function cutPage<Row>(
  rows: readonly Row[],
  { limit }: PageRequest,
  cursorOf: (row: Row) => Cursor,
): Page<Row> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return rows.length > limit && last !== undefined ? { items, next: cursorOf(last) } : { items }
}

/** Sets the `Link` headers of a page, one each for `self` and `next`, and gives its items' representations. */
export function answerPage<Item, Shown>(
  call: Pick<OktaCall, 'request' | 'reply' | 'publicUrl'>,
  page: Page<Item>,
  represent: (item: Item) => Shown,
): Shown[] {
  const self = new URL(`${call.publicUrl}${call.request.url}`)
  const links = [`<${self.href}>; rel="self"`]
  if (page.next !== undefined) {
    const next = new URL(self)
    next.searchParams.set('after', writeCursor(page.next))
    links.push(`<${next.href}>; rel="next"`)
  }
  call.reply.header('link', links)
  return page.items.map(represent)
}

function writeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt}.${id}`).toString('base64url')
}

function readCursor(after: string): Cursor {
  const text = Buffer.from(after, 'base64url').toString()
  const [, createdAt, id] = CURSOR.exec(text) ?? []
  const cursor =
    createdAt === undefined || id === undefined ? undefined : { createdAt: Number(createdAt), id }
  if (cursor === undefined || writeCursor(cursor) !== after)
    throw new RequestRefused({ code: 'E0000001', about: 'after', causes: ['after: The cursor is invalid.'] })
  return cursor
}
