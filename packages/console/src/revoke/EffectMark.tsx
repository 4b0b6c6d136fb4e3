import type { EffectSummary } from '../api/revocations.ts'
import { StatusMark } from '../design/StatusMark.tsx'
import { span } from '../design/Time.tsx'

/** What a revocation has come to, in a line. */
export function EffectMark({ effect }: { readonly effect: EffectSummary }) {
  const { state, milliseconds, nodes } = effect
  const total = nodes.total ?? 0
  const done = (nodes.acknowledged ?? 0) + (nodes.lease_ended ?? 0) + (nodes.expired ?? 0)
  if (state === 'waiting') return <StatusMark state="pending">{`${done} of ${total} nodes`}</StatusMark>
  if (state === 'exposed') return <StatusMark state="exposed">{`${total - done} exposed`}</StatusMark>
  if (total === 0) return <StatusMark state="acknowledged">In force</StatusMark>
  return <StatusMark state="acknowledged">{`in ${span(milliseconds ?? 0)}`}</StatusMark>
}
