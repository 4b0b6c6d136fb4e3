import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { rotateAndRevoke } from '../../api/authorization-servers.ts'
import type { Reason } from '../../api/revocations.ts'
import { FormDialog } from '../../design/FormDialog.tsx'
import { Name } from '../../design/Name.tsx'
import { Notice } from '../../design/Notice.tsx'
import { useTell } from '../../design/Toast.tsx'
import { ReasonFields } from '../../revoke/ReasonFields.tsx'

interface Props {
  readonly serverId: string
  readonly name: string
  readonly kid: string
  readonly close: () => void
}

/** For a key that somebody else may have: nothing that it signed is good any more, and the next one signs at once. */
export function RotateAndRevoke({ serverId, name, kid, close }: Props) {
  const client = useQueryClient()
  const tell = useTell()
  const [reason, setReason] = useState<Reason>('compromised')
  const [note, setNote] = useState('')
  const [typed, setTyped] = useState('')
  const running = useMutation({
    mutationFn: () =>
      rotateAndRevoke(serverId, { kid, reason, ...(note.trim() === '' ? {} : { note: note.trim() }) }),
    onSuccess: async () => {
      for (const key of ['servers', 'tokens', 'revocations'])
        await client.invalidateQueries({ queryKey: [key] })
      tell('The key is revoked; the next one signs.')
      close()
    },
  })
  return (
    <FormDialog
      title="Rotate and revoke"
      size={620}
      close={close}
      button="Rotate and revoke"
      danger
      mayRun={typed.trim() === 'revoke'}
      isRunning={running.isPending}
      onSubmit={() => running.mutate()}
      error={running.error}
    >
      <p>
        Every token that <code className="wrap">{kid}</code> of <Name>{name}</Name> signed is void at once,
        whoever made it, and the key is never trusted again under any name. The next key signs from the same
        moment.
      </p>
      <Notice tone="warn" title="What this does not stop">
        Verifiers that only poll published keys go on trusting it until their cache ends. If this server signs
        you in, you are signed out too.
      </Notice>
      <ReasonFields reason={reason} note={note} onReason={setReason} onNote={setNote} />
      <TextInput
        label={
          <>
            Type <code>revoke</code> to confirm
          </>
        }
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
      />
    </FormDialog>
  )
}
