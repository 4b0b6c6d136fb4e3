import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type UserInFull, userApplicationsQuery } from '../../api/users.ts'
import { useSession } from '../../app/session/useSession.ts'
import { Name } from '../../design/Name.tsx'
import { Empty, Problem } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import '../../design/things.css'

/** Which applications act in the user's name, with what. */
export function UserApplications({ user }: { readonly user: UserInFull }) {
  const { data, error, refetch } = useQuery(userApplicationsQuery(user.id))
  const { canManage } = useSession()
  const revoke = useRevoke()
  return (
    <Panel title="Applications" note="What may act in the user's name" flush>
      <Problem error={error} retry={() => void refetch()} />
      {data?.items.length === 0 && <Empty title="No application has access" />}
      <ul className="things">
        {data?.items.map((application) => (
          <li key={application.clientId} className="thing">
            <div className="thing-words">
              <strong>
                <Name>{application.label}</Name>
              </strong>
              <div className="softer row-wrap">
                <span className="wrap">{application.scopes.join(' ') || 'no scopes'}</span>
                <span className="num">
                  {application.tokens === 1 ? 'one live token' : `${application.tokens} live tokens`}
                </span>
              </div>
            </div>
            {canManage && (
              <Button
                size="xs"
                variant="danger-quiet"
                onClick={() =>
                  revoke({
                    target: { type: 'user_application', user: user.id, application: application.clientId },
                    name: `${user.login} at ${application.label}`,
                  })
                }
              >
                Revoke
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
