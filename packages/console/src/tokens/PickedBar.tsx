import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { allTokens, MOST_AT_ONCE, type Token, type TokenFilter } from '../api/tokens.ts'
import type { Count } from '../api/users.ts'
import type { Selection } from '../design/grid/useSelection.ts'
import { Problem } from '../design/Notice.tsx'

interface Props {
  /** Those of the selection that are still good. */
  readonly picked: number
  readonly selection: Selection<Token>
  /** What the list shows a beginning of, and how many that are; nothing where the whole of it is there and picked. */
  readonly rest: { readonly filter: TokenFilter; readonly count: Count } | undefined
  readonly onRevoke: () => void
}

/** What is picked, and what can be done to it. */
export function PickedBar({ picked, selection, rest, onRevoke }: Props) {
  const stopping = useRef(new AbortController())
  useEffect(() => {
    const mine = new AbortController()
    stopping.current = mine
    return () => mine.abort()
  }, [])
  const reading = useMutation({
    mutationFn: (filter: TokenFilter) => allTokens(filter, stopping.current.signal),
    onSuccess: (tokens) => selection.add(tokens.map((token) => [token.id, token])),
  })
  const isAll = reading.isSuccess && rest === undefined
  return (
    <>
      <div className="picked-bar" role="status">
        <strong className="num">{picked.toLocaleString('en-GB')} selected</strong>
        <span className="picked-hint">
          {isAll
            ? 'All that matched when they were read; what is issued later is not among them.'
            : 'It stays while you scroll and filter.'}
        </span>
        {rest?.count.exact && (
          <Button size="xs" loading={reading.isPending} onClick={() => reading.mutate(rest.filter)}>
            {`Select all ${rest.count.count.toLocaleString('en-GB')} that match`}
          </Button>
        )}
        {rest !== undefined && !rest.count.exact && (
          <span>
            {`More than ${MOST_AT_ONCE.toLocaleString('en-GB')} match: filter them, or revoke all of whatever they are of.`}
          </span>
        )}
        <Button size="xs" className="push" onClick={selection.clear}>
          Clear
        </Button>
        <Button size="xs" variant="danger" onClick={onRevoke}>
          Revoke
        </Button>
      </div>
      <Problem error={reading.error} />
    </>
  )
}
