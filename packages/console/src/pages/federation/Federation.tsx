import { useQuery } from '@tanstack/react-query'
import { connectedQuery, type Federation as Federated, type IdentityProvider } from '../../api/federation.ts'
import { useSession } from '../../app/session/useSession.ts'
import { Identifier } from '../../design/Identifier.tsx'
import { Name } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Fact, Facts, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'

interface Props {
  readonly federation: Federated
  readonly providers: readonly IdentityProvider[]
}

/** Who is connected, to which providers, and for which domains. */
export function Federation({ federation, providers }: Props) {
  const { organization: own } = useSession()
  const { data: connected, error } = useQuery(connectedQuery(federation.id))
  const names = new Map(providers.map(({ id, displayName }) => [id, displayName]))
  return (
    <>
      <Panel title="Connected organizations" flush>
        <Problem error={error} />
        <ul className="things" aria-label="Connected organizations">
          {connected?.items.map(({ organizationId: id, identityProviders, connectedAt }) => (
            <li key={id} className="thing">
              <div className="thing-words">
                {id === own.id ? (
                  <strong>
                    <Name>{own.name}</Name>
                  </strong>
                ) : (
                  <Identifier>{id}</Identifier>
                )}
                <div className="softer row-wrap">
                  {identityProviders.length === 0 ? (
                    'takes the tokens of no provider'
                  ) : (
                    <Name wrap>
                      {`takes the tokens of ${identityProviders.map((each) => names.get(each) ?? each).join(', ')}`}
                    </Name>
                  )}
                </div>
              </div>
              <span className="softer nowrap">
                since <Time at={connectedAt} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Federation">
        <Facts>
          <Fact name="Domains">
            {federation.domains.length === 0 && 'none'}
            {federation.domains.map(({ name, status }) => (
              <span key={name} className="row-wrap">
                <Name>{name}</Name>
                <StatusMark state={status === 'VERIFIED' ? 'active' : 'pending'}>
                  {status === 'VERIFIED' ? 'Verified' : 'Pending'}
                </StatusMark>
              </span>
            ))}
          </Fact>
          <Fact name="Id">
            <Identifier>{federation.id}</Identifier>
          </Fact>
        </Facts>
      </Panel>
    </>
  )
}
