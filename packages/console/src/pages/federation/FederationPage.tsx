import { useQuery } from '@tanstack/react-query'
import { federationsQuery, providersQuery } from '../../api/federation.ts'
import { ApiError } from '../../api/http.ts'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Empty, Notice, Problem } from '../../design/Notice.tsx'
import { Fact, Facts, Page, Panel } from '../../design/Page.tsx'
import { Provider } from './Provider.tsx'

export function FederationPage() {
  const federations = useQuery(federationsQuery)
  const providers = useQuery(providersQuery)
  const isNone = (error: Error | null) => error instanceof ApiError && error.status === 404
  return (
    <Page
      title="Federation"
      lead="Identity providers whose tokens are trusted here, their keys as this authority fetched them, and who is connected."
    >
      {!isNone(providers.error) && <Problem error={providers.error} retry={() => void providers.refetch()} />}
      {isNone(providers.error) && (
        <Notice title="This authority does not list identity providers for the console">
          They are managed, and their keys revoked, through the Atlas Administration API.
        </Notice>
      )}
      {providers.data?.length === 0 && (
        <Panel>
          <Empty title="No identity providers">
            Add one through the API; its keys are fetched once, here, and pushed to every cluster.
          </Empty>
        </Panel>
      )}
      {providers.data?.map((provider) => (
        <Provider key={provider.id} provider={provider} />
      ))}
      {federations.data?.items.map((federation) => (
        <Panel key={federation.id} title={<Name>{federation.name || 'Federation settings'}</Name>}>
          <Facts>
            <Fact name="Connected organizations">
              <Name wrap>{federation.organizations.map(({ id, name }) => name || id).join(', ')}</Name>
            </Fact>
            <Fact name="Domains">
              <Name wrap>{federation.domains.join(', ')}</Name>
            </Fact>
            <Fact name="Id">
              <Identifier>{federation.id}</Identifier>
            </Fact>
          </Facts>
        </Panel>
      ))}
    </Page>
  )
}
