import { Button, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { applicationQuery } from '../../api/applications.ts'
import { useSession } from '../../app/session/useSession.ts'
import { ActionMenu } from '../../design/ActionMenu.tsx'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Page } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { ApplicationKeys } from '../../keys/ApplicationKeys.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { TokensTable } from '../../tokens/TokensTable.tsx'
import { Secrets } from './Secrets.tsx'
import { SettingsForm } from './SettingsForm.tsx'
import { useApplicationLifecycle } from './useApplicationLifecycle.tsx'

const route = getRouteApi('/applications/$applicationId')

export function ApplicationPage() {
  const { applicationId } = route.useParams()
  const { tab = 'settings' } = route.useSearch()
  const navigate = route.useNavigate()
  const { canManage } = useSession()
  const { data: application, error, refetch } = useQuery(applicationQuery(applicationId))
  const revoke = useRevoke()
  const lifecycle = useApplicationLifecycle()
  const of = useMemo(() => ({ application: applicationId }), [applicationId])
  if (application === undefined)
    return (
      <Page title="Application">
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  return (
    <Page
      title={application.label}
      heading={<Name wrap>{application.label}</Name>}
      above={<Link to="/applications">Applications</Link>}
      lead={
        <span className="row-wrap">
          <StatusMark state={application.status} />
          <Identifier label="Copy the client id">{application.clientId}</Identifier>
        </span>
      }
      actions={
        canManage && (
          <>
            <Button
              variant="danger-quiet"
              onClick={() =>
                revoke({ target: { type: 'application', id: application.id }, name: application.label })
              }
            >
              Revoke All Tokens
            </Button>
            <ActionMenu
              wide
              label="Actions"
              actions={lifecycle(application, () => void navigate({ to: '/applications' }))}
            />
          </>
        )
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({ search: next === null || next === 'settings' ? {} : { tab: next }, replace: true })
        }
      >
        <Tabs.List mb={16}>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
          <Tabs.Tab value="secrets">Secrets</Tabs.Tab>
          <Tabs.Tab value="keys">Keys</Tabs.Tab>
          <Tabs.Tab value="tokens">OIDC and OAuth Tokens</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <SettingsForm key={application.updatedAt} application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="secrets">
          <Secrets application={application} />
        </Tabs.Panel>
        <Tabs.Panel value="keys">
          <ApplicationKeys applicationId={application.id} />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <TokensTable of={of} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
