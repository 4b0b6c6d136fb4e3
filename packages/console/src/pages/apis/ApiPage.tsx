import { Tabs } from '@mantine/core'
import { IconArrowBackUp, IconEdit, IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { type Api, apiQuery, deleteApi, replaceApi } from '../../api/apis.ts'
import { useSession } from '../../app/session/useSession.ts'
import { ActionMenu, type MenuAction } from '../../design/ActionMenu.tsx'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Fact, Facts, Page, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'
import { EncryptionKeys } from '../../keys/EncryptionKeys.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { TokensTable } from '../../tokens/TokensTable.tsx'
import { ApiForm } from './ApiForm.tsx'

const route = getRouteApi('/apis/$apiId')

export function ApiPage() {
  const { apiId } = route.useParams()
  const { tab = 'settings' } = route.useSearch()
  const navigate = route.useNavigate()
  const { canManage } = useSession()
  const { data: api, error, refetch } = useQuery(apiQuery(apiId))
  const [editing, setEditing] = useState(false)
  const of = useMemo(() => ({ api: apiId }), [apiId])
  const actions = useActions(() => setEditing(true))
  if (api === undefined)
    return (
      <Page title="API">
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  return (
    <Page
      title={api.name}
      heading={<Name wrap>{api.name}</Name>}
      above={<Link to="/apis">APIs/URLs</Link>}
      lead={
        <span className="row-wrap">
          <StatusMark state={api.enabled ? 'enabled' : 'disabled'} />
          <Identifier>{api.identifier}</Identifier>
        </span>
      }
      actions={canManage && <ActionMenu wide label="Actions" actions={actions(api)} />}
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
          <Tabs.Tab value="encryption">Encryption keys</Tabs.Tab>
          <Tabs.Tab value="tokens">OIDC and OAuth Tokens</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <Panel title="Settings">
            <Facts>
              <Fact name="Access tokens">
                {api.tokenFormat === 'jwt' ? 'JWT, verified offline' : 'Opaque, introspected'}
              </Fact>
              <Fact name="Lifetime">{api.accessTokenLifetime} s</Fact>
              <Fact name="Issued by">
                <Link to="/authorization-servers/$serverId" params={{ serverId: api.authorizationServerId }}>
                  {api.authorizationServerId}
                </Link>
              </Fact>
              <Fact name="Scopes">
                <Name wrap>{api.scopes.join(' ')}</Name>
              </Fact>
              <Fact name="Changed">
                <Time at={api.updatedAt} />
              </Fact>
              <Fact name="Id">
                <Identifier>{api.id}</Identifier>
              </Fact>
            </Facts>
          </Panel>
        </Tabs.Panel>
        <Tabs.Panel value="encryption">
          <EncryptionKeys serverId={api.authorizationServerId} />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <TokensTable of={of} />
        </Tabs.Panel>
      </Tabs>
      {editing && <ApiForm api={api} close={() => setEditing(false)} onDone={() => {}} />}
    </Page>
  )
}

function useActions(edit: () => void): (api: Api) => readonly MenuAction[] {
  const navigate = route.useNavigate()
  const confirm = useConfirm()
  const revoke = useRevoke()
  const client = useQueryClient()
  const refresh = () =>
    Promise.all(['apis', 'tokens'].map((key) => client.invalidateQueries({ queryKey: [key] })))
  return (api) => {
    const { id: _id, createdAt: _created, updatedAt: _updated, ...settings } = api
    const able = (enabled: boolean) => replaceApi(api.id, { ...settings, enabled }).then(refresh)
    return [
      {
        label: 'Revoke',
        icon: <IconArrowBackUp size={15} />,
        danger: true,
        run: () => revoke({ target: { type: 'api', id: api.id }, name: api.name }),
      },
      { label: 'Edit', icon: <IconEdit size={15} />, run: edit },
      api.enabled
        ? {
            label: 'Disable',
            icon: <IconPlayerPause size={15} />,
            danger: true,
            run: () =>
              confirm({
                title: 'Disable API',
                button: 'Disable',
                danger: true,
                children: (
                  <p>
                    No token is issued for <Name>{api.name}</Name>, none is good, and what was issued is
                    revoked: enabling it again brings none of it back.
                  </p>
                ),
                run: () => able(false),
              }),
          }
        : { label: 'Enable', icon: <IconPlayerPlay size={15} />, run: () => void able(true) },
      {
        label: 'Delete',
        icon: <IconTrash size={15} />,
        danger: true,
        run: () =>
          confirm({
            title: 'Delete API',
            button: 'Delete',
            danger: true,
            type: api.name,
            children: <p>The API is gone, and every token for it is revoked.</p>,
            run: async () => {
              await deleteApi(api.id)
              await navigate({ to: '/apis' })
              await refresh()
            },
          }),
      },
    ]
  }
}
