import { ActionIcon } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { visible } from './Name.tsx'
import './identifier.css'

interface Props {
  readonly children: string
  /** Shows the beginning only; the whole is copied. */
  readonly short?: boolean
  readonly label?: string
}

/** An id, a key's name, an address: in even letters, with a way to copy it. */
export function Identifier({ children, short = false, label = 'Copy' }: Props) {
  const shown = visible(children)
  return (
    <span className="identifier">
      <code className="name" title={shown}>
        {short && shown.length > 14 ? `${shown.slice(0, 12)}…` : shown}
      </code>
      <Copy text={children} label={label} />
    </span>
  )
}

export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1_200)
  }
  return (
    <ActionIcon size={22} aria-label={copied ? 'Copied' : label} onClick={() => void copy()}>
      {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
    </ActionIcon>
  )
}
