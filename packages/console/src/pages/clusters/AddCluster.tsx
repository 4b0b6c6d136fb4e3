import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createCluster, createCredential } from '../../api/clusters.ts'
import { FormDialog } from '../../design/FormDialog.tsx'
import { ContractFields } from './ContractFields.tsx'
import { type Draft, NEW, settingsOf } from './contract.ts'
import { Snippets } from './Snippets.tsx'

const CLASSES = [
  { value: 'connected', label: 'Connected: follows the log, obeys in milliseconds' },
  { value: 'standard', label: 'Standard: introspects, or reads a status list' },
  { value: 'unmanaged', label: 'Unmanaged: polls published keys' },
]

/** A cluster, and then what its nodes need, with the credential in it. */
export function AddCluster({ close }: { readonly close: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [draft, setDraft] = useState<Draft>(NEW)
  const change = (more: Partial<Draft>) => setDraft((before) => ({ ...before, ...more }))
  const adding = useMutation({
    mutationFn: async () => {
      const cluster = await createCluster(settingsOf(draft))
      const credential = cluster.class === 'connected' ? await createCredential(cluster.id) : null
      return { cluster, credential: credential?.credential ?? null }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['clusters'] }),
  })
  const done = adding.data
  if (done !== undefined) {
    const open = () => {
      close()
      void navigate({ to: '/clusters/$clusterId', params: { clusterId: done.cluster.id } })
    }
    return (
      <Modal opened onClose={open} title="Cluster added" size={760}>
        <div className="stack">
          {done.credential !== null && (
            <Snippets
              credential={done.credential}
              audience={done.cluster.apis[0] ?? 'https://api.example.com'}
            />
          )}
          <Button variant="primary" onClick={open}>
            Open the cluster
          </Button>
        </div>
      </Modal>
    )
  }
  return (
    <FormDialog
      title="Add cluster"
      close={close}
      button="Add cluster"
      mayRun={draft.name.trim() !== ''}
      isRunning={adding.isPending}
      error={adding.error}
      onSubmit={() => adding.mutate()}
    >
      <TextInput
        label="Name"
        required
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-autofocus
        autoComplete="off"
      />
      <NativeSelect
        label="Class"
        value={draft.class}
        data={CLASSES}
        onChange={(event) => change({ class: event.currentTarget.value })}
      />
      <ContractFields draft={draft} onChange={change} />
    </FormDialog>
  )
}
