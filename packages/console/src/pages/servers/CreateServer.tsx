import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createServer } from '../../api/authorization-servers.ts'
import { Problem } from '../../design/Notice.tsx'

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
    <Modal opened onClose={close} title="Add authorization server">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          creating.mutate()
        }}
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
        <Problem error={creating.error} />
        <div className="row">
          <Button className="push" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant="primary"
            loading={creating.isPending}
            disabled={name.trim() === '' || audience.trim() === ''}
          >
            Add server
          </Button>
        </div>
      </form>
    </Modal>
  )
}
