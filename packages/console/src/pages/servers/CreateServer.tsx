import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createServer } from '../../api/authorization-servers.ts'
import { FormDialog } from '../../design/FormDialog.tsx'

export function CreateServer({ close }: { readonly close: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [audience, setAudience] = useState('')
  const creating = useMutation({
    mutationFn: () =>
      createServer({ name: name.trim(), description: description.trim(), audiences: [audience.trim()] }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['servers'] })
      close()
      await navigate({ to: '/authorization-servers/$serverId', params: { serverId: id } })
    },
  })
  return (
    <FormDialog
      title="Add authorization server"
      close={close}
      button="Add server"
      mayRun={name.trim() !== '' && audience.trim() !== ''}
      isRunning={creating.isPending}
      onSubmit={() => creating.mutate()}
      error={creating.error}
    >
      <TextInput
        label="Name"
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <TextInput
        label="Audience"
        description="Of its tokens where the client names no API"
        required
        value={audience}
        onChange={(event) => setAudience(event.currentTarget.value)}
        spellCheck={false}
      />
    </FormDialog>
  )
}
