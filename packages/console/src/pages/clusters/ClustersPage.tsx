import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { Cluster, clustersPath } from '../../api/clusters.ts'
import { overviewQuery } from '../../api/overview.ts'
import { usePaged } from '../../api/paged.ts'
import { useSession } from '../../app/session/useSession.ts'
import type { Column } from '../../design/grid/columns.ts'
import { DataGrid } from '../../design/grid/DataGrid.tsx'
import { Name } from '../../design/Name.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { span } from '../../design/Time.tsx'
import { AddCluster } from './AddCluster.tsx'
import { useApiNames } from './useApiNames.ts'

export function ClustersPage() {
  const { canManage } = useSession()
  const [adding, setAdding] = useState(false)
  const page = usePaged(['clusters', 'list'], clustersPath, Cluster)
  const { data: overview } = useQuery(overviewQuery)
  const apiNames = useApiNames()
  const columns = useMemo(() => {
    const live = new Map(overview?.clusters.map((cluster) => [cluster.id, cluster]))
    return columnsWith((id) => live.get(id), apiNames)
  }, [overview, apiNames])
  return (
    <Page
      title="Clusters"
      lead="Who verifies tokens, by which contract, and how far each is."
      actions={
        canManage && (
          <Button variant="primary" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
            Add cluster
          </Button>
        )
      }
    >
      <Panel flush>
        <DataGrid
          label="Clusters"
          columns={columns}
          page={page}
          keyOf={({ id }) => id}
          empty={{
            title: 'No clusters',
            text: 'Until there is one, a revocation reaches nobody but those who introspect.',
          }}
        />
      </Panel>
      {adding && <AddCluster close={() => setAdding(false)} />}
    </Page>
  )
}

interface Live {
  readonly nodes: number
  readonly fresh: number
  readonly lag: number | null
}

function columnsWith(
  liveOf: (id: string) => Live | undefined,
  apiNames: (apis: readonly string[]) => string,
): readonly Column<Cluster>[] {
  return [
    {
      id: 'name',
      title: 'Name',
      width: 'minmax(150px, 1.6fr)',
      narrow: 'title',
      cell: ({ id, name }) => (
        <Link to="/clusters/$clusterId" params={{ clusterId: id }}>
          <Name>{name}</Name>
        </Link>
      ),
    },
    { id: 'class', title: 'Class', width: '104px', narrow: 'line', cell: (cluster) => cluster.class },
    {
      id: 'apis',
      title: 'Relies on',
      width: 'minmax(160px, 2fr)',
      cell: ({ apis }) => <Name>{apiNames(apis)}</Name>,
    },
    {
      id: 'contract',
      title: 'When stale',
      width: 'minmax(140px, 1fr)',
      cell: ({ class: of, whenStale, maxStaleness }) =>
        of === 'connected' ? (
          `${whenStale} after ${span(maxStaleness)}`
        ) : (
          <span className="softer">no lease</span>
        ),
    },
    {
      id: 'nodes',
      title: 'Nodes',
      width: '150px',
      narrow: 'aside',
      cell: (cluster) => {
        const live = liveOf(cluster.id)
        if (cluster.class !== 'connected' || live === undefined)
          return <span className="softer">not followed</span>
        const state = live.fresh === 0 ? 'lapsed' : live.fresh < live.nodes ? 'pending' : 'fresh'
        return <StatusMark state={state}>{`${live.fresh} of ${live.nodes} fresh`}</StatusMark>
      },
    },
    {
      id: 'lag',
      title: 'Lag',
      width: '92px',
      cell: (cluster) => {
        const lag = liveOf(cluster.id)?.lag ?? null
        return <span className="num">{lag === null ? '—' : lag === 0 ? 'none' : `${lag} entries`}</span>
      },
    },
  ]
}
