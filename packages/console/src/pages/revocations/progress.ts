import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { native } from '../../api/http.ts'
import { revocationQuery } from '../../api/revocations.ts'

/** Asked again now and then, in case no news come through. */
const EVERY = 1_000

export const effectQuery = (id: string) =>
  queryOptions({
    ...revocationQuery(id),
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.effect.receipt === false ? EVERY : false),
  })

/** Looks at a revocation again at each piece of news of its progress, until there is a receipt. */
export function useEffectNews(id: string, isOpen: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!isOpen) return
    const news = new EventSource(native('revocations', id, 'progress'))
    const look = () => void client.invalidateQueries({ queryKey: revocationQuery(id).queryKey })
    // Whatever the frames are called: each one says that there is something new to see.
    for (const name of ['message', 'progress', 'effect', 'complete', 'receipt'])
      news.addEventListener(name, look)
    news.addEventListener('error', () => news.readyState === EventSource.CLOSED && news.close())
    return () => news.close()
  }, [client, id, isOpen])
}
