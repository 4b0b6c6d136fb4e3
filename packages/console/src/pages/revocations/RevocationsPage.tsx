import { Link } from '@tanstack/react-router'
import { usePaged } from '../../api/paged.ts'
import { REASONS, Revocation, revocationsPath } from '../../api/revocations.ts'
import type { Column } from '../../design/grid/columns.ts'
import { DataGrid } from '../../design/grid/DataGrid.tsx'
import { Name } from '../../design/Name.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { Time } from '../../design/Time.tsx'
import { EffectMark } from '../../revoke/EffectMark.tsx'
import { titleOfTarget } from '../../revoke/target.ts'

const COLUMNS: readonly Column<Revocation>[] = [
  {
    id: 'target',
    title: 'What',
    width: 'minmax(200px, 2.4fr)',
    narrow: 'title',
    cell: (revocation) => {
      const { kind, title } = titleOfTarget(revocation)
      return (
        <Link to="/revocations/$revocationId" params={{ revocationId: revocation.id }}>
          <span className="nowrap">{kind}&nbsp;</span>
          <Name>{title}</Name>
        </Link>
      )
    },
  },
  { id: 'reason', title: 'Why', width: 'minmax(120px, 1fr)', cell: ({ reason }) => reasonWords(reason) },
  { id: 'note', title: 'Note', width: 'minmax(120px, 1.4fr)', cell: ({ note }) => <Name>{note ?? ''}</Name> },
  {
    id: 'actor',
    title: 'Who',
    width: 'minmax(120px, 1.2fr)',
    narrow: 'line',
    cell: ({ actor, cause }) => (
      <Name>{cause === null ? (actor.name ?? actor.id) : `${actor.name ?? actor.id} (${cause})`}</Name>
    ),
  },
  { id: 'at', title: 'When', width: '100px', cell: ({ at }) => <Time at={at} /> },
  {
    id: 'effect',
    title: 'Effect',
    width: '150px',
    narrow: 'aside',
    cell: ({ effect }) => <EffectMark effect={effect} />,
  },
]

export function reasonWords(reason: string): string {
  return REASONS.find(([code]) => code === reason)?.[1] ?? reason
}

export function RevocationsPage() {
  const page = usePaged(['revocations', 'list'], revocationsPath, Revocation)
  return (
    <Page title="Revocations" lead="Who revoked what, when and why, and when it had taken effect everywhere.">
      <Panel flush>
        <DataGrid
          label="Revocations"
          columns={COLUMNS}
          page={page}
          keyOf={({ id }) => id}
          empty={{ title: 'Nothing was ever revoked', text: 'Ctrl-K, then Revoke…, begins one.' }}
        />
      </Panel>
    </Page>
  )
}
