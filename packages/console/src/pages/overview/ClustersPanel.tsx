import { Link } from '@tanstack/react-router'
import type { Overview } from '../../api/overview.ts'
import { Name } from '../../design/Name.tsx'
import { Empty } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'

export function ClustersPanel({ clusters }: { readonly clusters: Overview['clusters'] }) {
  return (
    <Panel title="Clusters" actions={<Link to="/clusters">All</Link>} flush>
      {clusters.length === 0 && (
        <Empty title="No verifiers are connected">
          Revocations reach nobody but those who ask. <Link to="/clusters">Add a cluster.</Link>
        </Empty>
      )}
      <ul className="lines">
        {clusters.slice(0, 7).map(({ id, name, class: of, nodes, fresh, lag }) => (
          <li key={id}>
            <Link to="/clusters/$clusterId" params={{ clusterId: id }} className="line-name">
              <Name>{name}</Name>
            </Link>
            {of === 'connected' ? (
              <StatusMark state={fresh === 0 ? 'lapsed' : fresh < nodes ? 'pending' : 'fresh'}>
                {`${fresh} of ${nodes} fresh`}
              </StatusMark>
            ) : (
              <span className="softer">{of}</span>
            )}
            <span className="softer num line-time">
              {of === 'connected' && lag !== null && (lag === 0 ? 'no lag' : `${lag} behind`)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
