import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { AuthorizationServer, serversPath } from '../../api/authorization-servers.ts'
import { usePaged } from '../../api/paged.ts'
import { useSession } from '../../app/session/useSession.ts'
import type { Column } from '../../design/grid/columns.ts'
import { DataGrid } from '../../design/grid/DataGrid.tsx'
import { Name } from '../../design/Name.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'
import { CreateServer } from './CreateServer.tsx'

export function ServersPage() {
  const { canManage, organization } = useSession()
  const [creating, setCreating] = useState(false)
  const page = usePaged(['servers', 'list'], serversPath, AuthorizationServer)
  const columns = useMemo(() => COLUMNS, [])
  return (
    <Page
      title="Authorization servers"
      lead={
        <>
          What issues and signs. The organization's own one, which signs people in, has its{' '}
          <Link to="/authorization-servers/$serverId" params={{ serverId: organization.id }}>
            signing keys here
          </Link>
          .
        </>
      }
      actions={
        canManage && (
          <Button variant="primary" leftSection={<IconPlus size={15} />} onClick={() => setCreating(true)}>
            Add server
          </Button>
        )
      }
    >
      <Panel flush>
        <DataGrid
          label="Authorization servers"
          columns={columns}
          page={page}
          keyOf={({ id }) => id}
          isDead={({ status }) => status !== 'ACTIVE'}
          empty={{ title: 'No authorization servers' }}
        />
      </Panel>
      {creating && <CreateServer close={() => setCreating(false)} />}
    </Page>
  )
}

const COLUMNS: readonly Column<AuthorizationServer>[] = [
  {
    id: 'name',
    title: 'Name',
    width: 'minmax(150px, 1.4fr)',
    narrow: 'title',
    cell: ({ id, name }) => (
      <Link to="/authorization-servers/$serverId" params={{ serverId: id }}>
        <Name>{name}</Name>
      </Link>
    ),
  },
  {
    id: 'issuer',
    title: 'Issuer',
    width: 'minmax(220px, 2.4fr)',
    narrow: 'line',
    cell: ({ issuer }) => <code className="name">{issuer}</code>,
  },
  {
    id: 'audiences',
    title: 'Audiences',
    width: 'minmax(140px, 1.6fr)',
    cell: ({ audiences }) => <Name>{audiences.join(' ')}</Name>,
  },
  {
    id: 'status',
    title: 'Status',
    width: '104px',
    narrow: 'aside',
    cell: ({ status }) => <StatusMark state={status} />,
  },
  { id: 'created', title: 'Created', width: '100px', cell: ({ createdAt }) => <Time at={createdAt} /> },
]
