import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { whenSessionIsLost } from '../../api/http.ts'
import { type Session, sessionQuery } from '../../api/session.ts'
import { Problem } from '../../design/Notice.tsx'
import { Expiry } from './Expiry.tsx'
import { SessionEnded } from './SessionEnded.tsx'
import { SignIn } from './SignIn.tsx'
import { SessionContext } from './useSession.ts'

/**
 * Shows the console to somebody signed in. A session that ends while the console is open leaves the page where it
 * is, under the invitation to sign in again: nobody loses what they were reading.
 */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const { data: session, error, refetch } = useQuery(sessionQuery)
  const [last, setLast] = useState<Session | null>(null)
  useEffect(() => whenSessionIsLost(() => client.setQueryData(sessionQuery.queryKey, null)), [client])
  useEffect(() => {
    if (session) setLast(session)
  }, [session])
  const shown = session ?? last
  if (shown === null && error !== null)
    return (
      <div className="sign-in">
        <Problem error={error} retry={() => void refetch()} />
      </div>
    )
  if (session === undefined && last === null) return null
  if (shown === null) return <SignIn />
  return (
    <SessionContext value={shown}>
      {session === null ? <SessionEnded who={shown.user.login} /> : <Expiry session={shown} />}
      {children}
    </SessionContext>
  )
}
