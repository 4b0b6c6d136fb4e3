import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Cluster, clustersPath } from '../../api/clusters.ts'
import { type Health, healthQuery, type IdentityProvider } from '../../api/federation.ts'
import { ask, withQuery } from '../../api/http.ts'
import { pageOf } from '../../api/shape.ts'
import { useSession } from '../../app/session/useSession.ts'
import { Name, visible } from '../../design/Name.tsx'
import { Notice, Problem } from '../../design/Notice.tsx'
import { Fact, Facts, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { ProviderKeys } from './ProviderKeys.tsx'

/** One identity provider: what is trusted of it, and how its keys are coming in. */
export function Provider({ provider }: { readonly provider: IdentityProvider }) {
  const { canManage } = useSession()
  const revoke = useRevoke()
  const isOpenId = provider.protocol === 'OIDC'
  const { data: health, error } = useQuery({ ...healthQuery(provider.id), enabled: isOpenId })
  const clusters = useQuery({
    queryKey: ['clusters', 'all'],
    queryFn: ({ signal }) => ask(withQuery(clustersPath, { limit: 200 }), pageOf(Cluster), { signal }),
  })
  const relying = clusters.data?.items.filter(({ identityProviders }) =>
    identityProviders.includes(provider.issuerUri),
  )
  const target = { type: 'identity_provider', id: provider.id } as const
  return (
    <Panel
      title={<Name>{provider.displayName}</Name>}
      note={<Name>{provider.issuerUri}</Name>}
      actions={
        canManage &&
        isOpenId && (
          <Button
            size="xs"
            variant="danger-quiet"
            onClick={() => revoke({ target, name: provider.displayName })}
          >
            Revoke JWKS
          </Button>
        )
      }
    >
      <div className="stack">
        <Problem error={error} />
        {health !== undefined && <Alarms health={health} />}
        <Facts>
          <Fact name="Kind">{`${provider.protocol}, ${provider.idpType.toLowerCase()}`}</Fact>
          {health !== undefined && (
            <>
              <Fact name="Keys">
                <Trust health={health} />
              </Fact>
              <Fact name="Last fetch">
                <Time at={health.lastFetchAt} never="never" />
              </Fact>
              <Fact name="Last good fetch">
                <Time at={health.lastSuccessAt} never="never" />
              </Fact>
              <Fact name="Next fetch">
                <Time at={health.nextFetchAt} />
              </Fact>
              <Fact name="Keys revoked">
                <Time at={health.lastRevocationAt} never="never" />
              </Fact>
            </>
          )}
          <Fact name="Organizations">{String(provider.organizations.length)}</Fact>
          <Fact name="Clusters">
            <Name wrap>{relying?.map(({ name }) => name).join(', ') || 'none'}</Name>
          </Fact>
        </Facts>
        {health !== undefined && <ProviderKeys keys={health.keys} />}
      </div>
    </Panel>
  )
}

function Trust({ health: { trusted, lastFetchAt } }: { readonly health: Health }) {
  if (trusted) return <StatusMark state="active">Trusted</StatusMark>
  if (lastFetchAt === null) return <StatusMark state="pending">Not fetched yet</StatusMark>
  return <StatusMark state="blocked">None is trusted until a fetch succeeds</StatusMark>
}

const WENT_WELL: ReadonlySet<string> = new Set(['ok', 'unchanged', 'never'])

/** What is wrong with how the keys come in. */
function Alarms({ health: { outcome, failures, alarms } }: { readonly health: Health }) {
  return (
    <>
      {!WENT_WELL.has(outcome) && (
        <Notice tone="warn" title="Its keys could not be fetched">
          {`${visible(outcome)}, ${failures === 1 ? 'once' : `${failures} times in a row`}.`}
        </Notice>
      )}
      {alarms.length > 0 && (
        <Notice tone="warn" title="Keys were left out">
          <ul>
            {alarms.map((alarm) => (
              <li key={alarm} className="wrap">
                {visible(alarm)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}
