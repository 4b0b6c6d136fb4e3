import { Button } from '@mantine/core'
import { IconArrowBackUp, IconPlus } from '@tabler/icons-react'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { Application, applicationsPath, settingText } from '../../api/applications.ts'
import { usePaged } from '../../api/paged.ts'
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
import { CreateApplication } from './CreateApplication.tsx'
import { TYPES } from './settings.ts'
import { useApplicationLifecycle } from './useApplicationLifecycle.tsx'

const route = getRouteApi('/applications')

const STATUSES = [
  ['', 'Any'],
  ['ACTIVE', 'Active'],
  ['INACTIVE', 'Inactive'],
] as const

export function ApplicationsPage() {
  const { q = '', status = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const { canManage } = useSession()
  const [creating, setCreating] = useState(false)
  const page = usePaged(['applications', 'list'], applicationsPath, Application, { q, status })
  const columns = useColumns()
  const setQuery = useCallback(
    (text: string) =>
      void navigate({ search: (before) => ({ ...before, q: text || undefined }), replace: true }),
    [navigate],
  )
  return (
    <Page
      title="Applications"
      lead="OpenID Connect and OAuth cloud integrations: what gets tokens here."
      actions={
        canManage && (
          <Button variant="primary" leftSection={<IconPlus size={15} />} onClick={() => setCreating(true)}>
            Add application
          </Button>
        )
      }
    >
      <FilterBar>
        <SearchField label="Name" value={q} onChange={setQuery} />
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
          label="Applications"
          columns={columns}
          page={page}
          keyOf={({ id }) => id}
          isDead={(application) => application.status !== 'ACTIVE'}
          empty={{ title: 'No applications', text: q || status ? 'None matches.' : 'Add the first one.' }}
        />
      </Panel>
      {creating && <CreateApplication close={() => setCreating(false)} />}
    </Page>
  )
}

function useColumns(): readonly Column<Application>[] {
  const { canManage } = useSession()
  const revoke = useRevoke()
  const lifecycle = useApplicationLifecycle()
  return useMemo(
    () => [
      {
        id: 'label',
        title: 'Application',
        width: 'minmax(180px, 2fr)',
        narrow: 'title',
        cell: ({ id, label }) => (
          <Link to="/applications/$applicationId" params={{ applicationId: id }}>
            <Name>{label}</Name>
          </Link>
        ),
      },
      {
        id: 'client',
        title: 'Client id',
        width: 'minmax(160px, 1.6fr)',
        narrow: 'line',
        cell: ({ clientId }) => <code className="name">{clientId}</code>,
      },
      {
        id: 'type',
        title: 'Type',
        width: 'minmax(90px, 1fr)',
        cell: (application) => TYPES.get(settingText(application, 'application_type')) ?? '—',
      },
      {
        id: 'auth',
        title: 'Authenticates by',
        width: 'minmax(120px, 1.2fr)',
        cell: (application) => <Name>{settingText(application, 'token_endpoint_auth_method')}</Name>,
      },
      {
        id: 'status',
        title: 'Status',
        width: '104px',
        narrow: 'aside',
        cell: ({ status }) => <StatusMark state={status} />,
      },
      { id: 'created', title: 'Created', width: '100px', cell: ({ createdAt }) => <Time at={createdAt} /> },
      {
        id: 'actions',
        title: 'Actions',
        silent: true,
        width: '36px',
        align: 'end',
        cell: (application) =>
          canManage && (
            <ActionMenu
              label={`Actions for ${application.label.slice(0, 60)}`}
              actions={[
                {
                  label: 'Revoke All Tokens',
                  icon: <IconArrowBackUp size={15} />,
                  danger: true,
                  run: () =>
                    revoke({ target: { type: 'application', id: application.id }, name: application.label }),
                },
                ...lifecycle(application),
              ]}
            />
          ),
      },
    ],
    [canManage, revoke, lifecycle],
  )
}
