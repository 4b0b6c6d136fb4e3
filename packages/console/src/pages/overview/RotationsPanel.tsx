import { Link } from '@tanstack/react-router'
import type { Overview } from '../../api/overview.ts'
import { Name } from '../../design/Name.tsx'
import { Panel } from '../../design/Page.tsx'
import { Countdown, Time } from '../../design/Time.tsx'

export function RotationsPanel({ rings }: { readonly rings: Overview['signing'] }) {
  return (
    <Panel title="Next rotations" actions={<Link to="/authorization-servers">All</Link>} flush>
      <ul className="lines">
        {rings.map(({ authorizationServerId: id, name, activeSince, nextRotation }) => (
          <li key={id}>
            <Link to="/authorization-servers/$serverId" params={{ serverId: id }} className="line-name">
              <Name>{name ?? 'Signing people in (the organization)'}</Name>
            </Link>
            <span className="softer">
              {activeSince === null ? (
                'no key yet'
              ) : (
                <>
                  active since <Time at={activeSince} />
                </>
              )}
            </span>
            <span className="line-time">
              {nextRotation === null ? (
                <span className="softer">by hand</span>
              ) : (
                <Countdown until={nextRotation} over="due" />
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
