import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { MOST_IN_A_BATCH, type Reason, revokeTokens } from '../api/revocations.ts'
import type { Token } from '../api/tokens.ts'
import { DialogForm } from '../design/FormDialog.tsx'
import { Name } from '../design/Name.tsx'
import { Notice } from '../design/Notice.tsx'
import { ExactTime } from '../design/Time.tsx'
import { ReasonFields } from './ReasonFields.tsx'
import { LEAVES } from './target.ts'

interface Props {
  readonly tokens: ReadonlyMap<string, Token>
  readonly close: () => void
  readonly onDone: (words: string) => void
}

/** Tokens that were picked one by one: these and no others. */
export function ConfirmBatch({ tokens, close, onDone }: Props) {
  const [reason, setReason] = useState<Reason>('compromised')
  const [note, setNote] = useState('')
  const applications = Map.groupBy(tokens.values(), (token) => token.applicationName ?? token.application)
  const jwts = [...tokens.values()].filter(({ kind, format }) => kind === 'access' && format !== 'opaque')
  const last = jwts
    .map(({ expiresAt }) => expiresAt)
    .toSorted()
    .at(-1)
  const running = useMutation({
    mutationFn: () =>
      revokeTokens([...tokens.keys()], { reason, ...(note.trim() === '' ? {} : { note: note.trim() }) }),
    onSuccess: ({ revoked, alreadyRevoked }) => {
      const before = alreadyRevoked > 0 ? `, ${alreadyRevoked} had been before` : ''
      onDone(`${revoked} ${revoked === 1 ? 'token' : 'tokens'} revoked${before}.`)
    },
  })
  return (
    <DialogForm
      close={close}
      button="Revoke"
      danger
      isRunning={running.isPending}
      error={running.error}
      onSubmit={() => running.mutate()}
    >
      <section className="preview" aria-label="What will be revoked">
        <div className="preview-target">
          <strong>
            {tokens.size.toLocaleString('en-GB')} {tokens.size === 1 ? 'token' : 'tokens'}
          </strong>
          <span className="soft">
            Those that you picked, and no others: not what is issued meanwhile.
            {tokens.size > MOST_IN_A_BATCH &&
              ' A thousand at a time, and of each thousand all or none; after a failure, revoking again goes on.'}
          </span>
        </div>
        <div className="breakdown">
          <h3>By application</h3>
          <ul>
            {[...applications].map(([name, items]) => (
              <li key={name}>
                <Name>{name}</Name>
                <span className="num push">{items.length}</span>
              </li>
            ))}
          </ul>
        </div>
      </section>
      <Notice tone="warn" title="What this does not stop">
        <ul className="not-stopped">
          <li>{LEAVES.token}</li>
          {last !== undefined && (
            <li>
              Verifiers that only poll published keys accept the JWTs among them until <ExactTime at={last} />{' '}
              at the latest.
            </li>
          )}
        </ul>
      </Notice>
      <ReasonFields reason={reason} note={note} onReason={setReason} onNote={setNote} />
    </DialogForm>
  )
}
