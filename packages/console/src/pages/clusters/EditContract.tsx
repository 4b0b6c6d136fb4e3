import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Cluster, replaceCluster } from '../../api/clusters.ts'
import { FormDialog } from '../../design/FormDialog.tsx'
import { Notice } from '../../design/Notice.tsx'
import { span } from '../../design/Time.tsx'
import { useTell } from '../../design/Toast.tsx'
import { ContractFields } from './ContractFields.tsx'
import { type Draft, draftOf, MEANS, settingsOf } from './contract.ts'

/** Changes what a cluster may see and how it is bound, and says what of the old contract goes on. */
export function EditContract({ cluster, close }: { readonly cluster: Cluster; readonly close: () => void }) {
  const client = useQueryClient()
  const tell = useTell()
  const [draft, setDraft] = useState<Draft>(() => draftOf(cluster))
  const change = (more: Partial<Draft>) => setDraft((before) => ({ ...before, ...more }))
  const saving = useMutation({
    mutationFn: () => replaceCluster(cluster.id, settingsOf(draft)),
    onSuccess: async () => {
      for (const key of ['clusters', 'overview']) await client.invalidateQueries({ queryKey: [key] })
      tell('The contract is changed.')
      close()
    },
  })
  const isConnected = cluster.class === 'connected'
  const mayRun = draft.name.trim() !== '' && (!isConnected || Number(draft.seconds) > 0)
  const consequences = isConnected ? consequencesOf(cluster, draft) : []
  return (
    <FormDialog
      title="Edit contract"
      close={close}
      button="Save"
      mayRun={mayRun}
      isRunning={saving.isPending}
      error={saving.error}
      onSubmit={() => saving.mutate()}
    >
      <TextInput
        label="Name"
        required
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-autofocus
        autoComplete="off"
      />
      <ContractFields draft={draft} onChange={change} />
      {consequences.length > 0 && (
        <Notice tone={draft.whenStale === 'open' ? 'danger' : 'warn'} title="When this takes effect">
          <ul>
            {consequences.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </Notice>
      )}
    </FormDialog>
  )
}

const isSame = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((each) => other.includes(each))

/** What follows of a change, in the order in which it matters to somebody who relies on the cluster. */
function consequencesOf(before: Cluster, draft: Draft): readonly string[] {
  const isBound =
    draft.whenStale !== before.whenStale || Number(draft.seconds) * 1_000 !== before.maxStaleness
  const sees = !isSame(draft.apis, before.apis) || !isSame(draft.identityProviders, before.identityProviders)
  return [
    ...(isBound && draft.whenStale === 'open' ? [OPEN] : []),
    ...(isBound
      ? [
          `Each node hears of it with its next acknowledgement. A lease that it holds by then holds until it ends, at most ${span(before.maxStaleness)} after the node last answered; a node that is never heard again ${MEANS[before.whenStale] ?? before.whenStale} from then on, as it was told.`,
        ]
      : []),
    ...(sees
      ? [
          'Nodes see another part of the log: each reads a new snapshot before it is fresh again, and until then does what the contract says of a stale one.',
        ]
      : []),
  ]
}

const OPEN =
  'A stale node goes on accepting: what is revoked while it hears nothing of it is accepted there until it expires.'
