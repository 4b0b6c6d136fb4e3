import { Tabs } from '@mantine/core'
import { IconArrowBackUp, IconKey } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { forbidden } from '../../api/actions.ts'
import { nameOf, userQuery } from '../../api/users.ts'
import { useSession } from '../../app/session/useSession.ts'
import { ActionMenu } from '../../design/ActionMenu.tsx'
import { Name } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Page } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { Profile } from './Profile.tsx'
import { SetPassword } from './SetPassword.tsx'
import { UserApplications } from './UserApplications.tsx'
import { UserSessions } from './UserSessions.tsx'
import { UserTokens } from './UserTokens.tsx'
import { useLifecycle } from './useLifecycle.tsx'

const route = getRouteApi('/users/$userId')

export function UserPage() {
  const { userId } = route.useParams()
  const { tab = 'profile' } = route.useSearch()
  const navigate = route.useNavigate()
  const { canManage } = useSession()
  const { data: user, error, refetch } = useQuery(userQuery(userId))
  const revoke = useRevoke()
  const lifecycle = useLifecycle()
  const [password, setPassword] = useState(false)
  if (error !== null)
    return (
      <Page title="User">
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  if (user === undefined) return <Page title="User">{null}</Page>
  return (
    <Page
      title={user.login}
      heading={<Name wrap>{user.login}</Name>}
      above={<Link to="/users">Users</Link>}
      lead={
        <span className="row-wrap">
          <StatusMark state={user.status} />
          {nameOf(user) !== user.login && <Name>{nameOf(user)}</Name>}
          {user.isYou && <span className="softer">This is you.</span>}
        </span>
      }
      actions={
        canManage && (
          <ActionMenu
            wide
            label="Actions"
            actions={[
              {
                label: 'Revoke all',
                icon: <IconArrowBackUp size={15} />,
                danger: true,
                run: () => revoke({ target: { type: 'user', id: user.id }, name: user.login }),
              },
              {
                label: 'Set password',
                icon: <IconKey size={15} />,
                forbidden: forbidden(user.actions, 'set_password'),
                run: () => setPassword(true),
              },
              ...lifecycle(user, user.actions, () => void navigate({ to: '/users' })),
            ]}
          />
        )
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({ search: next === null || next === 'profile' ? {} : { tab: next }, replace: true })
        }
      >
        <Tabs.List mb={16}>
          <Tabs.Tab value="profile">Profile</Tabs.Tab>
          <Tabs.Tab value="sessions">Sessions</Tabs.Tab>
          <Tabs.Tab value="applications">Applications</Tabs.Tab>
          <Tabs.Tab value="tokens">OIDC and OAuth Tokens</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="profile">
          <Profile user={user} />
        </Tabs.Panel>
        <Tabs.Panel value="sessions">
          <UserSessions user={user} />
        </Tabs.Panel>
        <Tabs.Panel value="applications">
          <UserApplications user={user} />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <UserTokens user={user} />
        </Tabs.Panel>
      </Tabs>
      {password && <SetPassword user={user} close={() => setPassword(false)} />}
    </Page>
  )
}
