import { createContext, useContext } from 'react'
import type { Session } from '../../api/session.ts'

export const SessionContext = createContext<Session | null>(null)

/** Who is signed in. Inside the gate somebody always is. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new TypeError('useSession is for what is shown to somebody signed in')
  return session
}
