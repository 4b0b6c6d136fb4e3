import { Link } from '@tanstack/react-router'
import type { Revocation } from '../../api/revocations.ts'
import { Name } from '../../design/Name.tsx'
import { Empty } from '../../design/Notice.tsx'
import { Panel } from '../../design/Page.tsx'
import { Time } from '../../design/Time.tsx'
import { EffectMark } from '../../revoke/EffectMark.tsx'
import { titleOfTarget } from '../../revoke/target.ts'

export function RecentRevocations({ revocations }: { readonly revocations: readonly Revocation[] }) {
  return (
    <Panel title="Recent revocations" actions={<Link to="/revocations">All</Link>} flush>
      {revocations.length === 0 && <Empty title="Nothing was revoked yet" />}
      <ul className="lines">
        {revocations.slice(0, 7).map((revocation) => {
          const { id, effect, at } = revocation
          const { kind, title } = titleOfTarget(revocation)
          return (
            <li key={id}>
              <Link to="/revocations/$revocationId" params={{ revocationId: id }} className="line-name">
                <span className="nowrap">{kind}&nbsp;</span>
                <Name>{title}</Name>
              </Link>
              <EffectMark effect={effect} />
              <span className="softer line-time">
                <Time at={at} />
              </span>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
