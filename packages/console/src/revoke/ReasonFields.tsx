import { NativeSelect, Textarea } from '@mantine/core'
import { REASONS, type Reason } from '../api/revocations.ts'

interface Props {
  readonly reason: Reason
  readonly note: string
  readonly onReason: (reason: Reason) => void
  readonly onNote: (note: string) => void
}

/** Why: it stands in the log, in the receipt and in the audit trail. */
export function ReasonFields({ reason, note, onReason, onNote }: Props) {
  return (
    <div className="reason">
      <NativeSelect
        label="Reason"
        value={reason}
        data={REASONS.map(([value, label]) => ({ value, label }))}
        onChange={(event) => {
          const found = REASONS.find(([value]) => value === event.currentTarget.value)
          if (found) onReason(found[0])
        }}
      />
      <Textarea
        label="Note"
        placeholder="A ticket, an incident, a sentence"
        value={note}
        maxLength={1000}
        autosize
        minRows={1}
        maxRows={4}
        onChange={(event) => onNote(event.currentTarget.value)}
      />
    </div>
  )
}
