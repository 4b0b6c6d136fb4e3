import type { ClusterEffect, NodeEffect, RevocationInDetail } from '../../api/revocations.ts'
import { Name, visible } from '../../design/Name.tsx'
import { useNow } from '../../design/now.ts'
import { Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Countdown, clock, ExactTime, humanTimes, span } from '../../design/Time.tsx'
import './fleet.css'

/** The fleet, turning: every node that relies on what was revoked, and when it had heard. */
export function Fleet({ revocation }: { readonly revocation: RevocationInDetail }) {
  const { effect, at } = revocation
  const { total = 0, acknowledged = 0, lease_ended: ended = 0, expired = 0, exposed = 0 } = effect.nodes
  const slowest = Math.max(
    1,
    ...effect.clusters.flatMap(({ nodes }) => nodes.map(({ milliseconds }) => milliseconds ?? 0)),
  )
  return (
    <Panel
      title="Effect"
      note="From the moment the entry was durable, every answer of the authority obeys it. This is how the verifiers followed."
      actions={<Clock since={at} effect={effect} />}
    >
      <div className="fleet-sum" role="status">
        <Figure count={acknowledged} of={total} words="nodes acknowledged" />
        {ended > 0 && <Figure count={ended} words="leases ended" />}
        {expired > 0 && <Figure count={expired} words="expired" />}
        {exposed > 0 && <Figure count={exposed} words="exposed" tone="struck" />}
      </div>
      {effect.clusters.map((cluster) => (
        <ClusterPicture key={cluster.id} cluster={cluster} slowest={slowest} />
      ))}
      {effect.clusters.length === 0 && (
        <p className="soft">
          No cluster of verifiers relies on what was revoked. Introspection and userinfo refuse it already.
        </p>
      )}
    </Panel>
  )
}

function Figure(props: {
  readonly count: number
  readonly of?: number
  readonly words: string
  readonly tone?: string
}) {
  return (
    <div className="fleet-figure" data-tone={props.tone}>
      <span className="num">
        {props.count}
        {props.of !== undefined && <span className="softer"> of {props.of}</span>}
      </span>
      <span className="softer">{props.words}</span>
    </div>
  )
}

function Clock(props: { readonly since: string; readonly effect: RevocationInDetail['effect'] }) {
  const { since, effect } = props
  const now = useNow()
  if (effect.effectiveAt !== null)
    return (
      <span className="fleet-clock" data-done>
        In effect after <strong className="num">{span(effect.milliseconds ?? 0)}</strong>
      </span>
    )
  return (
    <span className="fleet-clock">
      Running <strong className="num">{clock(Math.max(0, now - Date.parse(since)))}</strong>
    </span>
  )
}

const STATES: Readonly<Record<string, string>> = {
  in_force: 'acknowledged',
  waiting: 'pending',
  exposed: 'exposed',
}
const SAID: Readonly<Record<string, string>> = {
  in_force: 'In force',
  waiting: 'Waiting',
  exposed: 'Exposed',
}

function ClusterPicture({ cluster, slowest }: { readonly cluster: ClusterEffect; readonly slowest: number }) {
  const { name, class: of, state, nodes, exposure, contract, deleted } = cluster
  return (
    <section className="fleet-cluster" aria-label={visible(name)}>
      <header className="row-wrap">
        <h3>
          <Name>{name}</Name>
        </h3>
        <span className="softer">
          {of}
          {deleted && ', deleted'}
          {of === 'connected' && `, when stale: ${contract.whenStale}`}
        </span>
        <span className="push">
          <StatusMark state={STATES[state] ?? state}>{SAID[state] ?? state}</StatusMark>
        </span>
      </header>
      <ul className="fleet-nodes">
        {nodes.map((node) => (
          <NodeLine key={node.id} node={node} slowest={slowest} />
        ))}
      </ul>
      {(nodes.length === 0 || state === 'exposed') && (
        <p className="soft wrap">{visible(humanTimes(exposure.text))}</p>
      )}
    </section>
  )
}

function NodeLine({ node, slowest }: { readonly node: NodeEffect; readonly slowest: number }) {
  const { name, id, state, milliseconds } = node
  return (
    <li className="fleet-node" data-state={state}>
      <span className="fleet-name">
        <Name>{name || id}</Name>
      </span>
      <span className="fleet-track" aria-hidden="true">
        {milliseconds !== null && (
          <span
            className="fleet-bar"
            style={{ inlineSize: `${Math.max(2, (milliseconds / slowest) * 100)}%` }}
          />
        )}
      </span>
      <span className="fleet-said num">
        <NodeWords node={node} />
      </span>
    </li>
  )
}

function NodeWords({ node }: { readonly node: NodeEffect }) {
  const { state, milliseconds, leaseEndsAt, at, until } = node
  switch (state) {
    case 'acknowledged':
      return <StatusMark state="acknowledged">{span(milliseconds ?? 0)}</StatusMark>
    case 'waiting':
    case 'late':
      return (
        <>
          <StatusMark state="pending">{state === 'late' ? 'Late' : 'Waiting'}</StatusMark>
          {leaseEndsAt !== null && (
            <span className="softer">
              lease ends in <Countdown until={leaseEndsAt} />
            </span>
          )}
        </>
      )
    case 'exposed':
      return (
        <>
          <StatusMark state="exposed" />
          <span className="softer">
            {until === null ? (
              'no known end'
            ) : (
              <>
                until <ExactTime at={until} />
              </>
            )}
          </span>
        </>
      )
    default:
      return (
        <>
          <StatusMark state={state} />
          {at !== null && (
            <span className="softer">
              <ExactTime at={at} />
            </span>
          )}
        </>
      )
  }
}
