import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from './Notice.tsx'

interface FormProps {
  readonly children: ReactNode
  /** What the button says: the verb that the title promises. */
  readonly button: string
  /** For what takes something away from somebody. */
  readonly danger?: boolean
  /** Whether the fields are fit to be sent. */
  readonly mayRun?: boolean
  readonly isRunning: boolean
  /** Why the authority refused; the dialog stays open, with what was typed. */
  readonly error: Error | null
  readonly onSubmit: () => void
  readonly close: () => void
  /** Beside the buttons, at the other end. */
  readonly aside?: ReactNode
}

/** The fields of a dialog over its two buttons. Enter submits, and nothing is sent before it may be. */
export function DialogForm(props: FormProps) {
  const { mayRun = true, isRunning } = props
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (mayRun && !isRunning) props.onSubmit()
      }}
    >
      {props.children}
      <Problem error={props.error} />
      <div className="row">
        {props.aside}
        <Button className="push" onClick={props.close}>
          Cancel
        </Button>
        <Button
          type="submit"
          variant={props.danger ? 'danger' : 'primary'}
          loading={isRunning}
          disabled={!mayRun}
        >
          {props.button}
        </Button>
      </div>
    </form>
  )
}

interface DialogProps extends FormProps {
  readonly title: string
  readonly size?: number
}

/** The one frame of every dialog that asks for something and then does it. */
export function FormDialog({ title, size, ...form }: DialogProps) {
  return (
    <Modal opened onClose={form.close} title={title} {...(size === undefined ? {} : { size })}>
      <DialogForm {...form} />
    </Modal>
  )
}
