import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './http.ts'

/** A refusal is an answer: only what may go better the next time is asked again. */
function shouldRetry(failures: number, error: Error): boolean {
  const isTransient = error instanceof ApiError && (error.status === 0 || error.status === 503)
  return isTransient && failures < 3
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: shouldRetry, staleTime: 5_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
})
