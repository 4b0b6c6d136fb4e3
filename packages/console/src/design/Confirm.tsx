import { TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { FormDialog } from './FormDialog.tsx'

export interface Confirmation {
  readonly title: string
  /** What exactly will happen, and what will not. */
  readonly children: ReactNode
  readonly button: string
  readonly danger?: boolean
  /** What must be typed first, for what cannot be taken back. */
  readonly type?: string
  readonly run: () => Promise<unknown>
}

/** Asks once more. It stays open, with the reason, where the authority refuses. */
export function Confirm({ asked, close }: { readonly asked: Confirmation; readonly close: () => void }) {
  const [typed, setTyped] = useState('')
  const running = useMutation({ mutationFn: asked.run, onSuccess: close })
  const mayRun = asked.type === undefined || typed.trim() === asked.type
  return (
    <FormDialog
      title={asked.title}
      close={close}
      button={asked.button}
      danger={asked.danger ?? false}
      mayRun={mayRun}
      isRunning={running.isPending}
      onSubmit={() => running.mutate()}
      error={running.error}
    >
      <div>{asked.children}</div>
      {asked.type !== undefined && (
        <TextInput
          label={
            <>
              Type <code className="wrap">{asked.type}</code> to confirm
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
      )}
    </FormDialog>
  )
}
