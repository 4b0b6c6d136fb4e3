import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type Explanation, statusAt } from '../../api/tokens.ts'
import { Identifier } from '../../design/Identifier.tsx'
import { Name, visible } from '../../design/Name.tsx'
import { useNow } from '../../design/now.ts'
import { Fact, Facts, Panel } from '../../design/Page.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { ExactTime, Time } from '../../design/Time.tsx'
import { useRevoke } from '../../revoke/RevokeProvider.tsx'
import { tokenName } from '../../tokens/columns.tsx'
import { reasonWords } from '../revocations/RevocationsPage.tsx'

const SENTENCES: Readonly<Record<string, string>> = {
  active:
    'This token is good. If it was refused, the refusal had another ground: audience, scope, or a verifier that was stale.',
  revoked: 'This token is revoked.',
  blocked: 'What this token was issued to or for is blocked.',
  expired: 'This token has expired.',
  used: 'This refresh token was used; it is good for one use.',
}

/** Whether a token is good, and by which entry of the log it is not. */
export function Verdict({ explanation }: { readonly explanation: Explanation }) {
  const { token, rule, entry, standing } = explanation
  const now = useNow()
  const revoke = useRevoke()
  const status = standing === 'active' ? statusAt(token, now) : standing
  return (
    <Panel
      title={<StatusMark state={status} />}
      actions={
        status === 'active' && (
          <Button
            size="xs"
            variant="danger-quiet"
            onClick={() => revoke({ target: { type: 'token', id: token.id }, name: tokenName(token), token })}
          >
            Revoke
          </Button>
        )
      }
    >
      <div className="stack">
        <p role="status">{SENTENCES[status] ?? ''}</p>
        {entry !== null && (
          <Facts>
            <Fact name="By the entry">
              <code>{entry.kind}</code>
            </Fact>
            {rule !== null && (
              <Fact name="By the rule of">
                <code>{visible(rule)}</code>
              </Fact>
            )}
            <Fact name="Who">
              <Name>{entry.actor.name ?? entry.actor.id}</Name>
            </Fact>
            <Fact name="When">
              <ExactTime at={entry.at} />
            </Fact>
            <Fact name="Why">
              {entry.reason === null ? '—' : reasonWords(entry.reason.code)}
              {entry.reason?.text && (
                <>
                  {': '}
                  <Name wrap>{entry.reason.text}</Name>
                </>
              )}
            </Fact>
            <Fact name="Cause">{entry.cause ?? 'asked for by the actor'}</Fact>
            <Fact name="Position of the entry">
              <Identifier>{entry.position}</Identifier>
            </Fact>
          </Facts>
        )}
        <Facts>
          <Fact name="Token">
            <Identifier>{token.id}</Identifier>
          </Fact>
          <Fact name="Kind">
            {token.kind}, {token.format}
          </Fact>
          <Fact name="User">
            {token.user === null ? (
              'none'
            ) : (
              <Link to="/users/$userId" params={{ userId: token.user }} search={{ tab: 'tokens' }}>
                <Name>{token.userLogin ?? token.user}</Name>
              </Link>
            )}
          </Fact>
          <Fact name="Application">
            <Name>{token.applicationName ?? token.application}</Name>
          </Fact>
          <Fact name="API">
            <Name>{token.apiName ?? token.api ?? 'userinfo'}</Name>
          </Fact>
          <Fact name="Scopes">
            <Name wrap>{token.scopes.join(' ')}</Name>
          </Fact>
          <Fact name="Issued">
            <ExactTime at={token.issuedAt} />
          </Fact>
          <Fact name="Expires">
            <Time at={token.expiresAt} />
          </Fact>
          <Fact name="Judged on knowledge at">
            <Identifier>{token.position}</Identifier>
          </Fact>
        </Facts>
      </div>
    </Panel>
  )
}
