import { Button, Modal } from '@mantine/core'
import { signInAddress } from '../../api/session.ts'
import { Name } from '../../design/Name.tsx'

/** Over the page as it was. */
export function SessionEnded({ who }: { readonly who: string }) {
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      title="Your session has ended"
      closeOnEscape={false}
    >
      <div className="stack">
        <p>
          <Name>{who}</Name> is signed out: the session ran out, was ended, or was revoked. What is behind
          this box is as it was then. Nothing that you had not confirmed was done.
        </p>
        <Button component="a" href={signInAddress()} variant="primary" data-autofocus>
          Sign in again
        </Button>
      </div>
    </Modal>
  )
}
