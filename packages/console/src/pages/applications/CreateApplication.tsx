import { Button, Modal, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createApplication } from '../../api/applications.ts'
import { FormDialog } from '../../design/FormDialog.tsx'
import { ShownOnce } from '../../design/ShownOnce.tsx'
import { linesOf, TYPES, usualSettings } from './settings.ts'

export function CreateApplication({ close }: { readonly close: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [label, setLabel] = useState('')
  const [type, setType] = useState('web')
  const [uris, setUris] = useState('')
  const creating = useMutation({
    mutationFn: () => createApplication(label.trim(), usualSettings(type, linesOf(uris))),
    onSuccess: () => client.invalidateQueries({ queryKey: ['applications'] }),
  })
  const made = creating.data
  if (made !== undefined) {
    const open = () => {
      close()
      void navigate({ to: '/applications/$applicationId', params: { applicationId: made.id } })
    }
    return (
      <Modal opened onClose={open} title="Application added">
        <div className="stack">
          <ShownOnce label="Client id" value={made.clientId} />
          {made.clientSecret !== null && <ShownOnce label="Client secret" value={made.clientSecret} />}
          <Button variant="primary" onClick={open}>
            Open the application
          </Button>
        </div>
      </Modal>
    )
  }
  return (
    <FormDialog
      title="Add application"
      close={close}
      button="Add application"
      mayRun={label.trim() !== ''}
      isRunning={creating.isPending}
      onSubmit={() => creating.mutate()}
      error={creating.error}
    >
      <TextInput
        label="Name"
        required
        value={label}
        maxLength={100}
        onChange={(event) => setLabel(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
      <SegmentedControl
        aria-label="Type"
        value={type}
        onChange={setType}
        data={[...TYPES].map(([value, words]) => ({ value, label: words }))}
      />
      {type !== 'service' && (
        <Textarea
          label="Redirect URIs"
          description="One a line, compared letter by letter"
          required
          value={uris}
          autosize
          minRows={2}
          onChange={(event) => setUris(event.currentTarget.value)}
          placeholder="https://shop.example.com/callback"
        />
      )}
    </FormDialog>
  )
}
