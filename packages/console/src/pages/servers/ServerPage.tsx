import { IconArrowBackUp, IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { forbidden } from '../../api/actions.ts'
import { changeServer, deleteServer, serverQuery, signingQuery } from '../../api/authorization-servers.ts'
import { useSession } from '../../app/session/useSession.ts'
import { ActionMenu } from '../../design/ActionMenu.tsx'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Page } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { EncryptionKeys } from '../../keys/EncryptionKeys.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { SigningTimeline } from './SigningTimeline.tsx'

const route = getRouteApi('/authorization-servers/$serverId')

export function ServerPage() {
  const { serverId } = route.useParams()
  const navigate = route.useNavigate()
  const { canManage, organization } = useSession()
  const isOwn = serverId === organization.id
  const { data: server, error, refetch } = useQuery({ ...serverQuery(serverId), enabled: !isOwn })
  const ring = useQuery(signingQuery(serverId))
  const revoke = useRevoke()
  const confirm = useConfirm()
  const client = useQueryClient()
  const name = isOwn ? organization.name : (server?.name ?? 'Authorization server')
  const refresh = () => client.invalidateQueries({ queryKey: ['servers'] })
  return (
    <Page
      title={name}
      heading={<Name wrap>{name}</Name>}
      above={<Link to="/authorization-servers">Authorization servers</Link>}
      lead={
        <span className="row-wrap">
          {server !== undefined && <StatusMark state={server.status} />}
          {isOwn && <span>The organization's own: it signs people in.</span>}
          <Identifier label="Copy the issuer">{server?.issuer ?? ring.data?.issuer ?? serverId}</Identifier>
        </span>
      }
      actions={
        canManage &&
        server !== undefined && (
          <ActionMenu
            wide
            label="Actions"
            actions={[
              {
                label: 'Revoke all tokens',
                icon: <IconArrowBackUp size={15} />,
                danger: true,
                run: () => revoke({ target: { type: 'authorization_server', id: serverId }, name }),
              },
              server.status === 'ACTIVE'
                ? {
                    label: 'Deactivate',
                    icon: <IconPlayerPause size={15} />,
                    danger: true,
                    forbidden: forbidden(server.actions, 'deactivate'),
                    run: () =>
                      confirm({
                        title: 'Deactivate authorization server',
                        button: 'Deactivate',
                        danger: true,
                        children: <p>It issues no more tokens, and everything that it issued is revoked.</p>,
                        run: () => changeServer(serverId, 'deactivate').then(refresh),
                      }),
                  }
                : {
                    label: 'Activate',
                    icon: <IconPlayerPlay size={15} />,
                    forbidden: forbidden(server.actions, 'activate'),
                    run: () => void changeServer(serverId, 'activate').then(refresh),
                  },
              {
                label: 'Delete',
                icon: <IconTrash size={15} />,
                danger: true,
                forbidden: forbidden(server.actions, 'delete'),
                run: () =>
                  confirm({
                    title: 'Delete authorization server',
                    button: 'Delete',
                    danger: true,
                    type: name,
                    children: (
                      <p>It is gone for good, with its keys, and everything that it issued is revoked.</p>
                    ),
                    run: async () => {
                      await deleteServer(serverId)
                      await navigate({ to: '/authorization-servers' })
                      await refresh()
                    },
                  }),
              },
            ]}
          />
        )
      }
    >
      <Problem error={error ?? ring.error} retry={() => void refetch()} />
      {ring.data !== undefined && <SigningTimeline ring={ring.data} name={name} />}
      {!isOwn && <EncryptionKeys serverId={serverId} />}
    </Page>
  )
}
