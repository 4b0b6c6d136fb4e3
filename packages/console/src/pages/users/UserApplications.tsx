import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { grantsQuery, type UserInFull } from '../../api/users.ts'
import { useSession } from '../../app/session/useSession.ts'
import { Name } from '../../design/Name.tsx'
import { Empty, Problem } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'
import { Time } from '../../design/Time.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import '../../design/things.css'

/** Which applications act in the user's name, with what. */
export function UserApplications({ user }: { readonly user: UserInFull }) {
  const { data, error, refetch } = useQuery(grantsQuery(user.id))
  const { canManage } = useSession()
  const revoke = useRevoke()
  return (
    <Panel title="Applications" note="What may act in the user's name" flush>
      <Problem error={error} retry={() => void refetch()} />
      {data?.items.length === 0 && <Empty title="No application has access" />}
      <ul className="things">
        {data?.items.map((grant) => (
          <li key={grant.id} className="thing">
            <div className="thing-words">
              <strong>
                <Name>{grant.applicationName ?? grant.application}</Name>
              </strong>
              <div className="softer row-wrap">
                <span className="wrap">{grant.scopes.join(' ') || 'no scopes'}</span>
                <span>
                  since <Time at={grant.createdAt} />
                </span>
              </div>
            </div>
            {canManage && (
              <Button
                size="xs"
                variant="danger-quiet"
                onClick={() =>
                  revoke({
                    target: { type: 'user_application', user: user.id, application: grant.application },
                    name: `${user.login} at ${grant.applicationName ?? grant.application}`,
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
