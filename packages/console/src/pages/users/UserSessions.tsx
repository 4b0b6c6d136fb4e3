import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { endSession, sessionsQuery, type UserInFull, type UserSession } from '../../api/users.ts'
import { useSession } from '../../app/session/useSession.ts'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Empty, Notice, Problem } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'
import { Time } from '../../design/Time.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import '../../design/things.css'

export function UserSessions({ user }: { readonly user: UserInFull }) {
  const { data, error, refetch } = useQuery(sessionsQuery(user.id))
  return (
    <Panel title="Sessions" note="Where the user is signed in now. What has ended is not in this list." flush>
      <Problem error={error} retry={() => void refetch()} />
      {data?.items.length === 0 && <Empty title="Not signed in anywhere" />}
      <ul className="things">
        {data?.items.map((session) => (
          <SessionItem key={session.id} user={user} session={session} />
        ))}
      </ul>
    </Panel>
  )
}

function SessionItem({ user, session }: { readonly user: UserInFull; readonly session: UserSession }) {
  const { canManage } = useSession()
  const confirm = useConfirm()
  const revoke = useRevoke()
  const client = useQueryClient()
  const end = () =>
    confirm({
      title: 'End session',
      button: 'End session',
      danger: true,
      children: (
        <div className="stack">
          <p>
            The session ends; a new sign-in is needed. Tokens that were issued in it stay good: to stop those
            as well, revoke the session.
          </p>
          {session.isYours && (
            <Notice tone="danger" title="This is your own session: you are signed out at once." />
          )}
        </div>
      ),
      run: async () => {
        await endSession(user.id, session.id)
        await client.invalidateQueries({ queryKey: ['sessions'] })
      },
    })
  return (
    <li className="thing">
      <div className="thing-words">
        <div className="row-wrap">
          <strong>
            <Name>{session.userAgent ?? 'Unknown browser'}</Name>
          </strong>
          {session.isYours && <span className="softer">the session that you are using now</span>}
        </div>
        <div className="softer row-wrap">
          <span>
            signed in <Time at={session.signedInAt} />
          </span>
          {session.ip !== null && <code>{session.ip}</code>}
          <span>
            ends <Time at={session.expiresAt} />
          </span>
          <Identifier short>{session.id}</Identifier>
        </div>
      </div>
      {canManage && (
        <div className="row">
          <Button size="xs" onClick={end}>
            End
          </Button>
          <Button
            size="xs"
            variant="danger-quiet"
            onClick={() =>
              revoke({ target: { type: 'session', id: session.id }, name: `Session of ${user.login}` })
            }
          >
            Revoke with tokens
          </Button>
        </div>
      )}
    </li>
  )
}
