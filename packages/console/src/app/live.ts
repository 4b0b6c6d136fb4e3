import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { entriesAfter } from '../api/audit.ts'
import { overviewQuery } from '../api/overview.ts'

/** What is shown of each kind of entry; a revocation of anything touches every list of what is alive. */
const TOUCHED: readonly (readonly [kind: RegExp, keys: readonly string[]])[] = [
  [/^user\.|^role\.|^user_role\./, ['users', 'sessions', 'grants']],
  [
    /^(client|application|secret|client_secret|app_grant|user_client)[._]/,
    ['applications', 'grants', 'keys'],
  ],
  [/^key\./, ['keys', 'servers']],
  [/^(resource|api)\./, ['apis']],
  [/^(issuer|authorization_server|scope)\./, ['servers', 'apis']],
  [/^cluster/, ['clusters']],
  [/^(idp_jwks|identity_provider|federation)/, ['federation']],
  [/revoked$|ended$|blocked$|floor$/, ['revocations', 'tokens', 'sessions', 'grants', 'users']],
]

const EVERY = 2_000

/**
 * Follows the log while the page is in sight, so that no list goes on showing what is dead as alive: whatever an
 * entry touches is read again.
 */
export function useLiveLog(): void {
  const client = useQueryClient()
  const { data } = useQuery({ ...overviewQuery, refetchInterval: false })
  const start = data?.position
  const position = useRef<string>(undefined)
  useEffect(() => {
    if (start === undefined) return
    position.current ??= start
    const stopped = new AbortController()
    let timer: ReturnType<typeof setTimeout>
    const look = async () => {
      if (document.visibilityState === 'visible') {
        const page = await entriesAfter(position.current ?? start, stopped.signal).catch(() => null)
        const last = page?.items.at(-1)
        if (page && last) {
          position.current = last.position
          const keys = new Set(
            page.items.flatMap(({ kind }) =>
              TOUCHED.flatMap(([touched, names]) => (touched.test(kind) ? names : [])),
            ),
          )
          for (const key of ['audit', 'overview', ...keys]) void client.invalidateQueries({ queryKey: [key] })
        }
      }
      if (!stopped.signal.aborted) timer = setTimeout(() => void look(), EVERY)
    }
    timer = setTimeout(() => void look(), EVERY)
    return () => {
      stopped.abort()
      clearTimeout(timer)
    }
  }, [client, start])
}
