import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask, withQuery } from './http.ts'
import { pageOf, type Shape } from './shape.ts'

const PAGE = 100

export interface Paged<Item> {
  readonly items: readonly Item[]
  readonly hasMore: boolean
  readonly isLoading: boolean
  /** The rows are those of the filter before; the new ones are on their way. */
  readonly isStale: boolean
  readonly error: Error | null
  loadMore(): void
  retry(): void
}

type Query = Readonly<Record<string, string | number | undefined>>

/**
 * A list that is read by the page as it is scrolled. A page may be shorter than asked for, even empty, while more
 * follow: it goes on by itself then.
 */
export function usePaged<Item>(
  key: readonly unknown[],
  path: string,
  item: Shape<Item>,
  query: Query = {},
  enabled = true,
): Paged<Item> {
  const result = useInfiniteQuery({
    queryKey: [...key, query],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const read: Item[] = []
      let after = pageParam
      for (;;) {
        const page = await ask(withQuery(path, { limit: PAGE, ...query, after }), pageOf(item), { signal })
        read.push(...page.items)
        if (page.next === null || read.length >= PAGE / 2) return { items: read, next: page.next }
        after = page.next
      }
    },
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  })
  const { data, fetchNextPage, isFetchingNextPage, hasNextPage, refetch } = result
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  return {
    items,
    hasMore: hasNextPage,
    isLoading: result.isFetching,
    isStale: result.isPlaceholderData,
    error: result.error,
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
    },
    retry: () => void refetch(),
  }
}
