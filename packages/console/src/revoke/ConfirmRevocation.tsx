import { Button, Checkbox, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { previewQuery, type Reason, type Revocation, revoke, type Target } from '../api/revocations.ts'
import type { Token } from '../api/tokens.ts'
import { DialogForm } from '../design/FormDialog.tsx'
import { visible } from '../design/Name.tsx'
import { Notice, Problem } from '../design/Notice.tsx'
import { humanTimes } from '../design/Time.tsx'
import { BlockKeys } from './BlockKeys.tsx'
import { PreviewPicture } from './PreviewPicture.tsx'
import { ReasonFields } from './ReasonFields.tsx'
import { isWide, LEAVES } from './target.ts'

interface Props {
  readonly target: Target
  readonly name: string
  readonly token: Token | undefined
  readonly close: () => void
  readonly onBack: (() => void) | undefined
  readonly onDone: (revocation: Revocation) => void
}

/** Scope, count, what is not stopped, why; then, for what is wide, its name typed; then the button. */
export function ConfirmRevocation({ target: asked, name, token, close, onBack, onDone }: Props) {
  const [withGrant, setWithGrant] = useState(false)
  const [reason, setReason] = useState<Reason>('compromised')
  const [note, setNote] = useState('')
  const [kids, setKids] = useState<readonly string[]>([])
  const [typed, setTyped] = useState('')
  const grant = token?.grant ?? null
  const target: Target =
    withGrant && grant !== null
      ? { type: 'grant', id: grant }
      : asked.type === 'identity_provider' && kids.length > 0
        ? { ...asked, blockKids: kids }
        : asked
  const preview = useQuery(previewQuery(target))
  const running = useMutation({
    mutationFn: () => revoke(target, { reason, ...(note.trim() === '' ? {} : { note: note.trim() }) }),
    onSuccess: onDone,
  })
  const word = isWide(target) ? visible(name || ('id' in target ? target.id : '')).slice(0, 60) : undefined
  const mayRun = preview.data !== undefined && (word === undefined || typed.trim() === word.trim())
  return (
    <DialogForm
      close={close}
      button="Revoke"
      danger
      mayRun={mayRun}
      isRunning={running.isPending}
      error={running.error}
      onSubmit={() => running.mutate()}
      aside={
        onBack !== undefined && (
          <Button variant="quiet" onClick={onBack}>
            Another target
          </Button>
        )
      }
    >
      <PreviewPicture target={target} name={name} preview={preview.data} isLoading={preview.isFetching} />
      <Problem error={preview.error} retry={() => void preview.refetch()} />
      {grant !== null && asked.type === 'token' && (
        <Checkbox
          size="sm"
          checked={withGrant}
          onChange={(event) => setWithGrant(event.currentTarget.checked)}
          label="With everything of the same grant: its refresh tokens and their access tokens"
        />
      )}
      {asked.type === 'identity_provider' && <BlockKeys provider={asked.id} kids={kids} onKids={setKids} />}
      {preview.data?.signsYouOut && (
        <Notice tone="danger" title="This signs you out of this console.">
          Your own session is among what is revoked. The revocation takes effect all the same; you sign in
          again to see its receipt.
        </Notice>
      )}
      <Notice tone="warn" title="What this does not stop">
        <ul className="not-stopped">
          <li>{LEAVES[target.type]}</li>
          {preview.data?.exposure.notStopped.map((words) => (
            <li key={words} className="wrap">
              {visible(humanTimes(words))}
            </li>
          ))}
        </ul>
      </Notice>
      <ReasonFields reason={reason} note={note} onReason={setReason} onNote={setNote} />
      {word !== undefined && (
        <TextInput
          label={
            <>
              Type <code className="wrap">{word}</code> to confirm
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </DialogForm>
  )
}
