import { Button, type ButtonProps } from '@mantine/core'
import { type MouseEvent, useId } from 'react'
import './guarded.css'

interface Props extends ButtonProps {
  /** The rule that forbids it, said beside the greyed button; null where it is allowed. */
  readonly why: string | null
  readonly onClick: (event: MouseEvent<HTMLButtonElement>) => void
}

export function GuardedButton({ why, onClick, ...button }: Props) {
  const id = useId()
  if (why === null) return <Button {...button} onClick={onClick} />
  return (
    <span className="guarded">
      <Button {...button} disabled aria-describedby={id} />
      <span id={id} className="guarded-why">
        {why}
      </span>
    </span>
  )
}
