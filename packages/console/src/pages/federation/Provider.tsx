import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { healthQuery, type IdentityProvider } from '../../api/federation.ts'
import { useSession } from '../../app/session/useSession.ts'
import { Identifier } from '../../design/Identifier.tsx'
import { Name, visible } from '../../design/Name.tsx'
import { Notice } from '../../design/Notice.tsx'
import { Fact, Facts, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import '../../design/things.css'

/** One identity provider: what is trusted of it, and how its keys are coming in. */
export function Provider({ provider }: { readonly provider: IdentityProvider }) {
  const { canManage } = useSession()
  const revoke = useRevoke()
  const { data: health } = useQuery(healthQuery(provider.id))
  const names = (items: IdentityProvider['organizations']) =>
    items.map(({ id, name }) => name || id).join(', ')
  return (
    <Panel
      title={<Name>{provider.displayName}</Name>}
      note={<Name>{provider.issuerUri}</Name>}
      actions={
        canManage && (
          <Button
            size="xs"
            variant="danger-quiet"
            onClick={() =>
              revoke({ target: { type: 'identity_provider', id: provider.id }, name: provider.displayName })
            }
          >
            Revoke JWKS
          </Button>
        )
      }
    >
      <div className="stack">
        {health?.lastError && (
          <Notice tone="warn" title="Its keys cannot be fetched">
            {visible(health.lastError)}
          </Notice>
        )}
        <Facts>
          <Fact name="Status">
            <StatusMark state={provider.status} />
          </Fact>
          <Fact name="Keys fetched">
            <Time at={health?.fetchedAt ?? null} never="never" />
          </Fact>
          <Fact name="Next fetch">
            <Time at={health?.nextFetchAt ?? null} />
          </Fact>
          <Fact name="Connected organizations">
            <Name wrap>{names(provider.organizations)}</Name>
          </Fact>
          <Fact name="Clusters">
            <Name wrap>{names(provider.clusters)}</Name>
          </Fact>
        </Facts>
        <ul aria-label="Keys">
          {provider.keys.map((key) => (
            <li key={key.thumbprint} className="row-wrap">
              <StatusMark state={key.state === 'blocked' ? 'revoked' : 'active'}>
                {key.state === 'blocked' ? 'Blocked for ever' : 'Trusted'}
              </StatusMark>
              <Identifier>{key.kid ?? key.thumbprint}</Identifier>
              <span className="softer">{[key.kty, key.alg].filter(Boolean).join(' ')}</span>
            </li>
          ))}
        </ul>
        <p className="softer">
          Revoke JWKS fetches the provider's keys anew, past every cache, and voids what it signed until now:
          everybody who came through it signs in again, in every connected organization. A key that is gone
          after that is blocked for ever; a key that is still published stays trusted for what it signs from
          then on.
        </p>
      </div>
    </Panel>
  )
}
