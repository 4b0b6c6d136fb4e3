import { Button, TextInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { auditPath } from '../../api/audit.ts'
import { ask, withQuery } from '../../api/http.ts'
import { usePaged } from '../../api/paged.ts'
import { pageOf } from '../../api/shape.ts'
import { Event } from '../../api/tokens.ts'
import { FilterBar } from '../../design/FilterBar.tsx'
import type { Column } from '../../design/grid/columns.ts'
import { DataGrid } from '../../design/grid/DataGrid.tsx'
import { Name } from '../../design/Name.tsx'
import { Problem } from '../../design/Notice.tsx'
import { Page, Panel } from '../../design/Page.tsx'
import { saveFile } from '../../design/saveFile.ts'
import { ExactTime, Time } from '../../design/Time.tsx'
import { csvOf } from './csv.ts'

const route = getRouteApi('/audit')

/** So many rows go into one file; more are fetched by the API. */
const MOST_EXPORTED = 20_000
const PAGE = 1_000

const subjectOf = ({ subject }: Event) => Object.values(subject).join(' · ')
const reasonOf = ({ reason }: Event) =>
  reason === null ? '' : [reason.code, reason.text].filter(Boolean).join(': ')

const COLUMNS: readonly Column<Event>[] = [
  { id: 'at', title: 'When', width: '176px', cell: ({ at }) => <ExactTime at={at} /> },
  {
    id: 'kind',
    title: 'What',
    width: 'minmax(216px, 1.2fr)',
    narrow: 'title',
    cell: ({ kind }) => <code className="name">{kind}</code>,
  },
  {
    id: 'subject',
    title: 'Of what',
    width: 'minmax(150px, 2fr)',
    narrow: 'line',
    cell: (event) => (
      <>
        <span className="narrow-only">
          <Time at={event.at} />
          {' · '}
        </span>
        <Name>{subjectOf(event)}</Name>
      </>
    ),
  },
  {
    id: 'actor',
    title: 'Who',
    width: 'minmax(140px, 1.2fr)',
    cell: ({ actor }) => <Name>{`${actor.type} ${actor.name ?? actor.id}`}</Name>,
  },
  {
    id: 'reason',
    title: 'Why',
    width: 'minmax(90px, 1fr)',
    cell: (event) => <Name>{reasonOf(event)}</Name>,
  },
  {
    id: 'cause',
    title: 'Cause',
    width: 'minmax(90px, 0.9fr)',
    cell: ({ cause }) => <Name>{cause ?? ''}</Name>,
  },
  {
    id: 'seq',
    title: 'Entry',
    width: '72px',
    align: 'end',
    cell: ({ position }) => <span className="num">{position.split('.').at(-1)}</span>,
  },
]

export function AuditPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const query = { order: 'desc', kind: search.kind, actor: search.actor, subject: search.subject }
  const page = usePaged(['audit', 'list'], auditPath, Event, query)
  const exporting = useMutation({ mutationFn: () => exportCsv(query) })
  return (
    <Page
      title="Audit"
      lead="Every entry of the log, newest first: who changed what, when and why. It cannot be changed."
      actions={
        <Button
          leftSection={<IconDownload size={15} />}
          loading={exporting.isPending}
          onClick={() => exporting.mutate()}
        >
          Export CSV
        </Button>
      }
    >
      <FilterForm values={search} onApply={(values) => void navigate({ search: values, replace: true })} />
      <Problem error={exporting.error} />
      <Panel flush>
        <DataGrid
          label="Audit trail"
          columns={COLUMNS}
          page={page}
          keyOf={({ position }) => position}
          empty={{ title: 'No entries', text: 'None matches.' }}
        />
      </Panel>
    </Page>
  )
}

interface Values {
  readonly kind?: string | undefined
  readonly actor?: string | undefined
  readonly subject?: string | undefined
}

const FIELDS = [
  ['kind', 'Kind, as user.revoked'],
  ['actor', 'Id of the actor'],
  ['subject', 'Id of the subject'],
] as const

function FilterForm({
  values,
  onApply,
}: {
  readonly values: Values
  readonly onApply: (values: Values) => void
}) {
  const [fields, setFields] = useState(values)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onApply(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')))
      }}
    >
      <FilterBar>
        {FIELDS.map(([name, label]) => (
          <TextInput
            key={name}
            className="filter-search"
            aria-label={label}
            placeholder={label}
            value={fields[name] ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget
              setFields((before) => ({ ...before, [name]: value.trim() }))
            }}
            spellCheck={false}
          />
        ))}
        <Button type="submit">Filter</Button>
      </FilterBar>
    </form>
  )
}

async function exportCsv(query: Readonly<Record<string, string | undefined>>): Promise<void> {
  const events: Event[] = []
  let after = ''
  while (events.length < MOST_EXPORTED) {
    const page = await ask(withQuery(auditPath, { ...query, limit: PAGE, after }), pageOf(Event))
    events.push(...page.items)
    if (page.next === null) break
    after = page.next
  }
  const head = ['position', 'at', 'kind', 'subject', 'actor_type', 'actor', 'reason', 'cause']
  const rows = events.map((event) => [
    event.position,
    event.at,
    event.kind,
    subjectOf(event),
    event.actor.type,
    event.actor.name ?? event.actor.id,
    reasonOf(event),
    event.cause ?? '',
  ])
  saveFile(`rescind-audit-${new Date().toISOString().slice(0, 10)}.csv`, csvOf([head, ...rows]), 'text/csv')
}
