import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { ask, NATIVE } from '../../api/http.ts'
import { type Session, sessionQuery, signInAddress } from '../../api/session.ts'
import { anything } from '../../api/shape.ts'
import { useNow } from '../../design/now.ts'
import { Countdown } from '../../design/Time.tsx'
import './session.css'

const WARNING = 5 * 60_000

/** Says five minutes ahead that the session ends, and how to go on. */
export function Expiry({ session }: { readonly session: Session }) {
  const now = useNow()
  const client = useQueryClient()
  const idleFirst = session.idleExpiresAt !== null && session.idleExpiresAt < session.expiresAt
  const until = idleFirst ? (session.idleExpiresAt ?? session.expiresAt) : session.expiresAt
  if (Date.parse(until) - now > WARNING) return null
  const stay = async () => {
    await ask(`${NATIVE}/bootstrap`, anything)
    await client.invalidateQueries(sessionQuery)
  }
  return (
    <div className="expiry" role="status">
      <span>
        You are signed out in <Countdown until={until} over="a moment" />.
      </span>
      {idleFirst ? (
        <Button size="xs" onClick={() => void stay()}>
          Stay signed in
        </Button>
      ) : (
        <Button size="xs" component="a" href={signInAddress()}>
          Sign in again
        </Button>
      )}
    </div>
  )
}
