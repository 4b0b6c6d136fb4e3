import { useQuery } from '@tanstack/react-query'
import { overviewQuery } from '../../api/overview.ts'
import { useSession } from '../../app/session/useSession.ts'
import { Identifier } from '../../design/Identifier.tsx'
import { visible } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Page } from '../../design/Page.tsx'
import { Attention } from './Attention.tsx'
import { ClustersPanel } from './ClustersPanel.tsx'
import { Figures } from './Figures.tsx'
import { RecentRevocations } from './RecentRevocations.tsx'
import { RotationsPanel } from './RotationsPanel.tsx'
import { TokensByApi } from './TokensByApi.tsx'
import './overview.css'

/** How things stand now: read again every few seconds. */
export function OverviewPage() {
  const { organization } = useSession()
  const { data, error, refetch } = useQuery(overviewQuery)
  return (
    <Page
      title="Overview"
      lead={
        data !== undefined && (
          <span className="row-wrap">
            <span className="wrap">{visible(organization.name)}</span>
            <span className="softer">at position</span>
            <Identifier>{data.position}</Identifier>
          </span>
        )
      }
    >
      <Problem error={error} retry={() => void refetch()} />
      {data !== undefined && (
        <>
          <Attention items={data.attention} />
          <Figures overview={data} />
          <div className="overview">
            <RecentRevocations revocations={data.revocations} />
            <ClustersPanel clusters={data.clusters} />
            <TokensByApi rows={data.tokens.byApi} />
            <RotationsPanel rings={data.signing} />
          </div>
        </>
      )}
    </Page>
  )
}
