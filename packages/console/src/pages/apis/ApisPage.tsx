import { Button } from '@mantine/core'
import { IconArrowBackUp, IconPlus } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { Api, apisPath } from '../../api/apis.ts'
import { usePaged } from '../../api/paged.ts'
import { useSession } from '../../app/session/useSession.ts'
import { ActionMenu } from '../../design/ActionMenu.tsx'
import type { Column } from '../../design/grid/columns.ts'
import { DataGrid } from '../../design/grid/DataGrid.tsx'
import { Name } from '../../design/Name.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { ApiForm } from './ApiForm.tsx'

export function ApisPage() {
  const { canManage } = useSession()
  const navigate = useNavigate()
  const [creating, setCreating] = useState(false)
  const page = usePaged(['apis', 'list'], apisPath, Api)
  const columns = useColumns()
  return (
    <Page
      title="APIs/URLs"
      lead="Resource servers: what access tokens are for."
      actions={
        canManage && (
          <Button variant="primary" leftSection={<IconPlus size={15} />} onClick={() => setCreating(true)}>
            Add API
          </Button>
        )
      }
    >
      <Panel flush>
        <DataGrid
          label="APIs"
          columns={columns}
          page={page}
          keyOf={({ id }) => id}
          isDead={({ enabled }) => !enabled}
          empty={{ title: 'No APIs', text: 'Add the first one: tokens are issued for it from then on.' }}
        />
      </Panel>
      {creating && (
        <ApiForm
          close={() => setCreating(false)}
          onDone={({ id }) => void navigate({ to: '/apis/$apiId', params: { apiId: id } })}
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Api>[] {
  const { canManage } = useSession()
  const revoke = useRevoke()
  return useMemo(
    () => [
      {
        id: 'name',
        title: 'Name',
        width: 'minmax(150px, 1.6fr)',
        narrow: 'title',
        cell: ({ id, name }) => (
          <Link to="/apis/$apiId" params={{ apiId: id }}>
            <Name>{name}</Name>
          </Link>
        ),
      },
      {
        id: 'identifier',
        title: 'Value (audience)',
        width: 'minmax(180px, 2.2fr)',
        narrow: 'line',
        cell: ({ identifier }) => <code className="name">{identifier}</code>,
      },
      { id: 'format', title: 'Tokens', width: '92px', cell: ({ tokenFormat }) => tokenFormat },
      {
        id: 'scopes',
        title: 'Scopes',
        width: 'minmax(100px, 1.4fr)',
        cell: ({ scopes }) => <Name>{scopes.join(' ')}</Name>,
      },
      {
        id: 'lifetime',
        title: 'Lifetime',
        width: '84px',
        cell: ({ accessTokenLifetime }) => <span className="num">{accessTokenLifetime} s</span>,
      },
      {
        id: 'status',
        title: 'Status',
        width: '104px',
        narrow: 'aside',
        cell: ({ enabled }) => <StatusMark state={enabled ? 'enabled' : 'disabled'} />,
      },
      {
        id: 'actions',
        title: 'Actions',
        silent: true,
        width: '36px',
        align: 'end',
        cell: ({ id, name }) =>
          canManage && (
            <ActionMenu
              label={`Actions for ${name.slice(0, 60)}`}
              actions={[
                {
                  label: 'Revoke',
                  icon: <IconArrowBackUp size={15} />,
                  danger: true,
                  run: () => revoke({ target: { type: 'api', id }, name }),
                },
              ]}
            />
          ),
      },
    ],
    [canManage, revoke],
  )
}
