import { Button } from '@mantine/core'
import { IconArrowBackUp, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { usePaged } from '../../api/paged.ts'
import { nameOf, profileText, User, userCountQuery, usersPath } from '../../api/users.ts'
import { useSession } from '../../app/session/useSession.ts'
import { ActionMenu } from '../../design/ActionMenu.tsx'
import { ChoiceField, FilterBar, SearchField } from '../../design/FilterBar.tsx'
import type { Column } from '../../design/grid/columns.ts'
import { DataGrid } from '../../design/grid/DataGrid.tsx'
import { Name } from '../../design/Name.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { CreateUser } from './CreateUser.tsx'
import { useLifecycle } from './useLifecycle.tsx'

const route = getRouteApi('/users')

const STATUSES = [
  ['', 'Any'],
  ['ACTIVE', 'Active'],
  ['SUSPENDED', 'Suspended'],
  ['DEPROVISIONED', 'Disabled'],
  ['STAGED,PROVISIONED', 'Not activated'],
  ['LOCKED_OUT,PASSWORD_EXPIRED,RECOVERY', 'Needs a password'],
] as const

export function UsersPage() {
  const { q = '', status = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const { canManage } = useSession()
  const [creating, setCreating] = useState(false)
  const page = usePaged(['users', 'list'], usersPath, User, { q, status })
  const count = useQuery(userCountQuery({ q, status }))
  const columns = useColumns()
  const setQuery = useCallback(
    (text: string) =>
      void navigate({ search: (before) => ({ ...before, q: text || undefined }), replace: true }),
    [navigate],
  )
  return (
    <Page
      title="Users"
      lead={
        count.data &&
        `${count.data.count.toLocaleString('en-GB')}${count.data.exact ? '' : '+'} ${q || status ? 'match' : 'in this organization'}`
      }
      actions={
        canManage && (
          <Button variant="primary" leftSection={<IconPlus size={15} />} onClick={() => setCreating(true)}>
            Add user
          </Button>
        )
      }
    >
      <FilterBar>
        <SearchField label="Login, email or name" value={q} onChange={setQuery} />
        <ChoiceField
          label="Status"
          value={status}
          options={STATUSES}
          onChange={(value) =>
            void navigate({ search: (before) => ({ ...before, status: value || undefined }), replace: true })
          }
        />
      </FilterBar>
      <Panel flush>
        <DataGrid
          label="Users"
          columns={columns}
          page={page}
          keyOf={({ id }) => id}
          isDead={(user) => user.status === 'DEPROVISIONED'}
          empty={{ title: 'No users', text: q || status ? 'Nobody matches.' : 'Add the first one.' }}
        />
      </Panel>
      {creating && <CreateUser close={() => setCreating(false)} />}
    </Page>
  )
}

function useColumns(): readonly Column<User>[] {
  const { canManage } = useSession()
  const revoke = useRevoke()
  const lifecycle = useLifecycle()
  return useMemo(
    () => [
      {
        id: 'login',
        title: 'User',
        width: 'minmax(180px, 2.2fr)',
        narrow: 'title',
        cell: (user) => (
          <Link to="/users/$userId" params={{ userId: user.id }}>
            <Name>{user.login}</Name>
          </Link>
        ),
      },
      {
        id: 'name',
        title: 'Name',
        width: 'minmax(120px, 1.6fr)',
        cell: (user) => <Name>{nameOf(user)}</Name>,
      },
      {
        id: 'email',
        title: 'Email',
        width: 'minmax(140px, 2fr)',
        narrow: 'line',
        cell: (user) => <Name>{profileText(user, 'email')}</Name>,
      },
      {
        id: 'status',
        title: 'Status',
        width: '128px',
        narrow: 'aside',
        cell: (user) => <StatusMark state={user.status} />,
      },
      {
        id: 'seen',
        title: 'Last sign-in',
        width: '112px',
        cell: (user) => <Time at={user.lastLoginAt} never="never" />,
      },
      { id: 'created', title: 'Created', width: '112px', cell: (user) => <Time at={user.createdAt} /> },
      {
        id: 'actions',
        title: 'Actions',
        silent: true,
        width: '36px',
        align: 'end',
        cell: (user) =>
          canManage && (
            <ActionMenu
              label={`Actions for ${user.login.slice(0, 60)}`}
              actions={[
                {
                  label: 'Revoke all tokens',
                  icon: <IconArrowBackUp size={15} />,
                  danger: true,
                  run: () => revoke({ target: { type: 'user', id: user.id }, name: user.login }),
                },
                ...lifecycle(user, {}),
              ]}
            />
          ),
      },
    ],
    [canManage, revoke, lifecycle],
  )
}
