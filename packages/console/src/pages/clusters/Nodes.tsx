import type { ClusterNode } from '../../api/clusters.ts'
import { Name } from '../../design/Name.tsx'
import { Empty } from '../../design/Notice.tsx'
import { useNow } from '../../design/now.ts'
import { Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Countdown, Time } from '../../design/Time.tsx'
import './nodes.css'

/** A lease that ran out since the list was read is over, whatever was true then. */
function stateAt({ state, leaseUntil }: ClusterNode, now: number): string {
  return state === 'fresh' && leaseUntil !== null && Date.parse(leaseUntil) < now ? 'lapsed' : state
}

export function Nodes(props: { readonly nodes: readonly ClusterNode[]; readonly isConnected: boolean }) {
  const { nodes, isConnected } = props
  const now = useNow()
  return (
    <Panel
      title="Nodes"
      note="Each process that verifies, and the position up to which it has said that it obeys"
      flush
    >
      {nodes.length === 0 && (
        <Empty title="No nodes">
          {isConnected
            ? 'Start one with a credential of this cluster.'
            : 'Verifiers of this class do not report.'}
        </Empty>
      )}
      {nodes.length > 0 && (
        <div className="nodes">
          <table>
            <thead>
              <tr>
                <th scope="col">Node</th>
                <th scope="col">State</th>
                <th scope="col">Position</th>
                <th scope="col">Lag</th>
                <th scope="col">Acknowledged</th>
                <th scope="col">Lease</th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((node) => (
                <tr key={node.id} data-dead={stateAt(node, now) === 'lapsed' || undefined}>
                  <th scope="row">
                    <Name>{node.name || node.id}</Name>
                  </th>
                  <td>
                    <StatusMark state={stateAt(node, now)} />
                  </td>
                  <td className="num">{node.position?.split('.').at(-1) ?? '—'}</td>
                  <td className="num">
                    {node.lag === null ? '—' : node.lag === 0 ? 'none' : `${node.lag} entries`}
                  </td>
                  <td>
                    <Time at={node.acknowledgedAt} never="never" />
                  </td>
                  <td>
                    {node.leaseUntil === null ? '—' : <Countdown until={node.leaseUntil} over="ended" />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
