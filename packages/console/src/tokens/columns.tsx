import { ActionIcon } from '@mantine/core'
import { IconArrowBackUp, IconHelpHexagon } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { statusAt, type Token } from '../api/tokens.ts'
import type { Column } from '../design/grid/columns.ts'
import { Name } from '../design/Name.tsx'
import { StatusMark } from '../design/StatusMark.tsx'
import { Time } from '../design/Time.tsx'

export const KINDS: Readonly<Record<string, string>> = { access: 'Access', refresh: 'Refresh' }

export function tokenName({ applicationName, application, kind }: Token): string {
  return `${kind} token of ${(applicationName ?? application).slice(0, 60)}`
}

interface Options {
  /** Where the list is of one user, application or API, that column says nothing. */
  readonly without: readonly string[]
  readonly now: number
  readonly canRevoke: boolean
  readonly onRevoke: (token: Token) => void
}

/** The columns by which people know tokens; the values themselves are nowhere. */
export function tokenColumns({ without, now, canRevoke, onRevoke }: Options): readonly Column<Token>[] {
  const columns: readonly Column<Token>[] = [
    {
      id: 'user',
      title: 'User',
      width: 'minmax(110px, 1.5fr)',
      narrow: without.includes('application') ? 'title' : 'none',
      cell: (token) =>
        token.user === null ? (
          <span className="softer">none</span>
        ) : (
          <Link to="/users/$userId" params={{ userId: token.user }} search={{ tab: 'tokens' }}>
            <Name>{token.userLogin ?? token.user}</Name>
          </Link>
        ),
    },
    {
      id: 'application',
      title: 'Application',
      width: 'minmax(96px, 1.3fr)',
      narrow: 'title',
      cell: (token) => <Name>{token.applicationName ?? token.application}</Name>,
    },
    {
      id: 'api',
      title: 'API',
      width: 'minmax(90px, 1.3fr)',
      narrow: 'line',
      cell: (token) => (
        <>
          {token.api === null ? (
            <span className="softer">userinfo</span>
          ) : (
            <Name>{token.apiName ?? token.api}</Name>
          )}
          <span className="narrow-only">
            {KINDS[token.kind] ?? token.kind}, <Time at={token.issuedAt} />
          </span>
        </>
      ),
    },
    { id: 'kind', title: 'Type', width: '52px', cell: ({ kind }) => KINDS[kind] ?? kind },
    {
      id: 'scopes',
      title: 'Scopes',
      width: 'minmax(80px, 1.4fr)',
      cell: ({ scopes }) => <Name>{scopes.join(' ')}</Name>,
    },
    { id: 'issued', title: 'Issued', width: '78px', cell: ({ issuedAt }) => <Time at={issuedAt} /> },
    {
      id: 'used',
      title: 'Last used',
      width: '78px',
      cell: ({ lastUsedAt }) => <Time at={lastUsedAt} never="never" />,
    },
    { id: 'expires', title: 'Expires', width: '78px', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
    {
      id: 'ip',
      title: 'IP address',
      width: '104px',
      cell: ({ ip }) => <code className="name">{ip ?? '—'}</code>,
    },
    {
      id: 'status',
      title: 'Status',
      width: '82px',
      narrow: 'aside',
      cell: (token) => <StatusMark state={statusAt(token, now)} />,
    },
    {
      id: 'actions',
      title: 'Actions',
      silent: true,
      width: '30px',
      align: 'end',
      cell: (token) =>
        statusAt(token, now) === 'active' ? (
          canRevoke && (
            <ActionIcon
              variant="danger-quiet"
              aria-label={`Revoke ${tokenName(token)}`}
              onClick={() => onRevoke(token)}
            >
              <IconArrowBackUp size={16} />
            </ActionIcon>
          )
        ) : (
          <ActionIcon
            aria-label="Why is it not good?"
            renderRoot={(props) => <Link to="/explain" search={{ id: token.id }} {...props} />}
          >
            <IconHelpHexagon size={16} />
          </ActionIcon>
        ),
    },
  ]
  return columns.filter(({ id }) => !without.includes(id))
}
