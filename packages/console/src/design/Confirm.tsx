import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Problem } from './Notice.tsx'

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
    <Modal opened onClose={close} title={asked.title}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (mayRun) running.mutate()
        }}
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
        <Problem error={running.error} />
        <div className="row">
          <Button className="push" onClick={close}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant={asked.danger ? 'danger' : 'primary'}
            loading={running.isPending}
            disabled={!mayRun}
          >
            {asked.button}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
