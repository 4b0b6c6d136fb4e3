import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { allApisQuery } from '../api/apis.ts'
import { usePaged } from '../api/paged.ts'
import { statusAt, Token, tokenCountQuery, tokensPath } from '../api/tokens.ts'
import { useSession } from '../app/session/useSession.ts'
import { ChoiceField, FilterBar } from '../design/FilterBar.tsx'
import { DataGrid } from '../design/grid/DataGrid.tsx'
import { useSelection } from '../design/grid/useSelection.ts'
import { useNow } from '../design/now.ts'
import { Panel } from '../design/Page.tsx'
import { useRevoke } from '../revoke/RevokeProvider.tsx'
import { tokenColumns, tokenName } from './columns.tsx'
import { ISSUED, issuedFrom } from './issued.ts'
import { PickedBar } from './PickedBar.tsx'
import './tokens.css'

interface Props {
  /** Of whom: one of these. */
  readonly of: { readonly user?: string; readonly application?: string; readonly api?: string }
}

/** Tokens of a user, an application or an API: alive or revoked, filtered, picked, revoked. Never their values. */
export function TokensTable({ of }: Props) {
  const { canManage } = useSession()
  const revoke = useRevoke()
  const now = useNow()
  const [state, setState] = useState<'live' | 'revoked'>('live')
  const [kind, setKind] = useState('')
  const [api, setApi] = useState('')
  const [issued, setIssued] = useState('')
  const apis = useQuery(allApisQuery)
  const since = useMemo(() => issuedFrom(issued), [issued])
  const filter = { ...(api === '' ? {} : { api }), ...of, kind: kind || undefined, state, issuedFrom: since }
  const page = usePaged(['tokens', 'list'], tokensPath, Token, filter)
  const count = useQuery(tokenCountQuery(filter))
  const selection = useSelection<Token>()
  const minute = Math.floor(now / 1_000)
  const columns = useMemo(
    () =>
      tokenColumns({
        without: Object.keys(of),
        now: minute * 1_000,
        canRevoke: canManage,
        onRevoke: (token) =>
          revoke({ target: { type: 'token', id: token.id }, name: tokenName(token), token }),
      }),
    [of, minute, canManage, revoke],
  )
  const picked = [...selection.rows].filter(([, token]) => statusAt(token, now) === 'active')
  // Whoever has picked all that is loaded is offered what is not.
  const hasRest =
    state === 'live' &&
    (count.data?.count ?? 0) > picked.length &&
    page.items.every((token) => selection.has(token.id) || statusAt(token, now) !== 'active')
  return (
    <div className="stack-tight">
      <FilterBar>
        <SegmentedControl
          aria-label="Active or revoked"
          value={state}
          onChange={(value) => setState(value === 'revoked' ? 'revoked' : 'live')}
          data={[
            { value: 'live', label: 'Active' },
            { value: 'revoked', label: 'Revoked' },
          ]}
        />
        {of.api === undefined && (
          <ChoiceField
            label="API"
            value={api}
            onChange={setApi}
            options={[
              ['', 'Any'],
              ...(apis.data?.items ?? []).map(({ id, name }) => [id, name.slice(0, 60)] as const),
            ]}
          />
        )}
        <ChoiceField
          label="Type"
          value={kind}
          onChange={setKind}
          options={[
            ['', 'Any'],
            ['access', 'Access'],
            ['refresh', 'Refresh'],
          ]}
        />
        <ChoiceField label="Issued" value={issued} onChange={setIssued} options={ISSUED} />
        <span className="softer num push" role="status">
          {count.data &&
            `${count.data.count.toLocaleString('en-GB')}${count.data.exact ? '' : '+'} ${state === 'live' ? 'active' : 'revoked'}`}
        </span>
      </FilterBar>
      {picked.length > 0 && (
        <PickedBar
          picked={picked.length}
          selection={selection}
          rest={hasRest && count.data !== undefined ? { filter, count: count.data } : undefined}
          onRevoke={() => revoke({ tokens: new Map(picked), onDone: selection.clear })}
        />
      )}
      <Panel flush>
        <DataGrid
          label="OIDC and OAuth tokens"
          columns={columns}
          page={page}
          keyOf={({ id }) => id}
          nameOf={tokenName}
          {...(canManage && state === 'live' ? { selection } : {})}
          canSelect={(token) => statusAt(token, now) === 'active'}
          isDead={(token) => statusAt(token, now) !== 'active'}
          empty={
            state === 'live'
              ? { title: 'No active tokens', text: 'Nothing here is good any more, or nothing was issued.' }
              : {
                  title: 'No revoked tokens',
                  text: 'Revoked tokens stay listed until a day after they expire.',
                }
          }
        />
      </Panel>
    </div>
  )
}
