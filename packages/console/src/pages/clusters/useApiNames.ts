import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { allApisQuery } from '../../api/apis.ts'

/** How people call the APIs that a cluster names, by id or by identifier; one that is gone keeps what it was named by. */
export function useApiNames(): (apis: readonly string[]) => string {
  const { data } = useQuery(allApisQuery)
  return useCallback(
    (apis) => {
      const nameOf = (api: string) =>
        data?.items.find(({ id, identifier }) => id === api || identifier === api)?.name ?? api
      return apis.map(nameOf).join(', ') || 'none'
    },
    [data],
  )
}
