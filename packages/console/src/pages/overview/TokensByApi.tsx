import { Link } from '@tanstack/react-router'
import type { Overview } from '../../api/overview.ts'
import { Name } from '../../design/Name.tsx'
import { Empty } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'

export function TokensByApi({ rows }: { readonly rows: Overview['tokens']['byApi'] }) {
  const most = Math.max(1, ...rows.map(({ count }) => count))
  return (
    <Panel title="Live tokens by API" actions={<Link to="/apis">All</Link>} flush>
      {rows.length === 0 && <Empty title="No live tokens" />}
      <ul className="lines">
        {rows.slice(0, 7).map(({ api, name, count, exact }) => (
          <li key={api ?? ''}>
            <span className="line-name">
              <Name>{name ?? api ?? 'userinfo'}</Name>
            </span>
            <span className="share" aria-hidden="true">
              <span style={{ inlineSize: `${(count / most) * 100}%` }} />
            </span>
            <span className="num line-time">
              {count.toLocaleString('en-GB')}
              {exact ? '' : '+'}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
