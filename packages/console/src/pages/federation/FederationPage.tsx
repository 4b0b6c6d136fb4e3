import { useQuery } from '@tanstack/react-query'
import { federationsQuery, providersQuery } from '../../api/federation.ts'
import { Empty, Problem } from '../../design/Notice.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { Federation } from './Federation.tsx'
import { Provider } from './Provider.tsx'

export function FederationPage() {
  const federations = useQuery(federationsQuery)
  const providers = useQuery(providersQuery)
  return (
    <Page
      title="Federation"
      lead="Identity providers whose tokens are trusted here, their keys as this authority fetched them, and who is connected."
    >
      <Problem error={federations.error} retry={() => void federations.refetch()} />
      <Problem error={providers.error} retry={() => void providers.refetch()} />
      {federations.data?.length === 0 && (
        <Panel>
          <Empty title="In no federation">
            An administrator of this organization makes one through the API, or it is connected to another
            one.
          </Empty>
        </Panel>
      )}
      {providers.data?.length === 0 && federations.data?.length !== 0 && (
        <Panel>
          <Empty title="No identity providers">
            Add one through the API; its keys are fetched once, here, and pushed to every cluster.
          </Empty>
        </Panel>
      )}
      {providers.data?.map((provider) => (
        <Provider key={provider.id} provider={provider} />
      ))}
      {federations.data?.map((federation) => (
        <Federation key={federation.id} federation={federation} providers={providers.data ?? []} />
      ))}
    </Page>
  )
}
