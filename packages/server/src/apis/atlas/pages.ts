import type { AtlasCall } from './route.ts'

export interface AtlasLink {
  readonly href: string
  readonly rel: string
}

/** A list as Atlas shows one. */
export interface AtlasList<Item> {
  readonly links: readonly AtlasLink[]
  readonly results: readonly Item[]
  readonly totalCount?: number
}

/** Which part of a list a request asks for. */
export function windowOf({ common }: Pick<AtlasCall, 'common'>): {
  readonly offset: number
  readonly limit: number
} {
  return { offset: (common.pageNum - 1) * common.itemsPerPage, limit: common.itemsPerPage }
}

/** A page of a list that is all at hand. */
export function pageOf<Row, Item>(
  call: AtlasCall,
  rows: readonly Row[],
  represent: (row: Row) => Item,
): AtlasList<Item> {
  const { offset, limit } = windowOf(call)
  return listOf(call, rows.slice(offset, offset + limit).map(represent), rows.length)
}

/** A page of a list of which only the page was read. @param total how many there are in all */
export function listOf<Item>(call: AtlasCall, results: readonly Item[], total: number): AtlasList<Item> {
  const { pageNum, itemsPerPage, includeCount } = call.common
  const links = [linkOf(call, 'self', `pageNum=${pageNum}&itemsPerPage=${itemsPerPage}`)]
  // In this order they stand in the links to the other pages of the real service.
  const other = (page: number) => `itemsPerPage=${itemsPerPage}&pageNum=${page}`
  if (pageNum > 1) links.push(linkOf(call, 'previous', other(pageNum - 1)))
  if (pageNum * itemsPerPage < total) links.push(linkOf(call, 'next', other(pageNum + 1)))
  return { links, results, ...(includeCount && { totalCount: total }) }
}

function linkOf({ values, request, publicUrl }: AtlasCall, rel: string, paging: string): AtlasLink {
  const filters = [...values]
    .filter(([name]) => name !== 'pageNum' && name !== 'itemsPerPage')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, many]) =>
      many.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
  const [path] = request.url.split('?')
  return { href: `${publicUrl}${path}?${[...filters, paging].join('&')}`, rel }
}

/** The link of an object to itself. */
export function selfLink(publicUrl: string, path: string): readonly AtlasLink[] {
  return [{ href: `${publicUrl}/api/atlas/v2${path}`, rel: 'self' }]
}

/** `YYYY-MM-DDTHH:MM:SSZ`, no fractions. @param at milliseconds since the epoch */
export function atlasTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
