import { Button, Modal } from '@mantine/core'
import { IconEdit, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { clusterQuery, createCredential, deleteCluster, nodesQuery } from '../../api/clusters.ts'
import { useSession } from '../../app/session/useSession.ts'
import { ActionMenu } from '../../design/ActionMenu.tsx'
import { useConfirm } from '../../design/ConfirmProvider.tsx'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Fact, Facts, Page, Panel } from '../../design/Page.tsx'
import { span } from '../../design/Time.tsx'
import { MEANS } from './contract.ts'
import { EditContract } from './EditContract.tsx'
import { Nodes } from './Nodes.tsx'
import { Snippets } from './Snippets.tsx'
import { useApiNames } from './useApiNames.ts'

const route = getRouteApi('/clusters/$clusterId')

export function ClusterPage() {
  const { clusterId } = route.useParams()
  const navigate = route.useNavigate()
  const { canManage } = useSession()
  const client = useQueryClient()
  const confirm = useConfirm()
  const { data: cluster, error, refetch } = useQuery(clusterQuery(clusterId))
  const nodes = useQuery(nodesQuery(clusterId))
  const apiNames = useApiNames()
  const [editing, setEditing] = useState(false)
  const making = useMutation({ mutationFn: () => createCredential(clusterId) })
  if (cluster === undefined)
    return (
      <Page title="Cluster">
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  const isConnected = cluster.class === 'connected'
  const askDelete = () =>
    confirm({
      title: 'Delete cluster',
      button: 'Delete',
      danger: true,
      type: cluster.name,
      children: (
        <p>
          Its credentials stop working. Nodes that run go on until their lease ends, then do what the contract
          says: {MEANS[cluster.whenStale] ?? cluster.whenStale}.
        </p>
      ),
      run: async () => {
        await deleteCluster(clusterId)
        await navigate({ to: '/clusters' })
        await client.invalidateQueries({ queryKey: ['clusters'] })
      },
    })
  return (
    <Page
      title={cluster.name}
      heading={<Name wrap>{cluster.name}</Name>}
      above={<Link to="/clusters">Clusters</Link>}
      lead={<span>{cluster.class}</span>}
      actions={
        canManage && (
          <>
            {isConnected && (
              <Button loading={making.isPending} onClick={() => making.mutate()}>
                New credential
              </Button>
            )}
            <ActionMenu
              wide
              label="Actions"
              actions={[
                { label: 'Edit contract', icon: <IconEdit size={15} />, run: () => setEditing(true) },
                { label: 'Delete', icon: <IconTrash size={15} />, danger: true, run: askDelete },
              ]}
            />
          </>
        )
      }
    >
      <Problem error={making.error ?? nodes.error} />
      <Panel title="Contract">
        <Facts>
          {isConnected ? (
            <>
              <Fact name="Stale after">{span(cluster.maxStaleness)}</Fact>
              <Fact name="When stale">{MEANS[cluster.whenStale] ?? cluster.whenStale}</Fact>
            </>
          ) : (
            <Fact name="Verifier">
              <Name wrap>
                {cluster.verifierProfile === null
                  ? 'not stated'
                  : `${cluster.verifierProfile.library}, caches for ${cluster.verifierProfile.cacheSeconds} s`}
              </Name>
            </Fact>
          )}
          <Fact name="APIs">
            <Name wrap>{apiNames(cluster.apis)}</Name>
          </Fact>
          <Fact name="Identity providers">
            <Name wrap>{cluster.identityProviders.join(', ') || 'none'}</Name>
          </Fact>
          <Fact name="Id">
            <Identifier>{cluster.id}</Identifier>
          </Fact>
        </Facts>
      </Panel>
      <Nodes nodes={nodes.data?.items ?? []} isConnected={isConnected} />
      {editing && <EditContract cluster={cluster} close={() => setEditing(false)} />}
      {making.data !== undefined && (
        <Modal opened onClose={() => making.reset()} title="New credential" size={760}>
          <Snippets
            credential={making.data.credential}
            audience={cluster.apis[0] ?? 'https://api.example.com'}
          />
        </Modal>
      )}
    </Page>
  )
}
