import type { ReactNode } from 'react'
import { Copy } from './Identifier.tsx'
import './once.css'

interface Props {
  readonly label: string
  readonly value: string
  readonly children?: ReactNode
}

/** A secret that is shown this once and never again. */
export function ShownOnce({ label, value, children }: Props) {
  return (
    <div className="once">
      <div className="softer">{label}, shown this once</div>
      <div className="row">
        <code className="wrap">{value}</code>
        <Copy text={value} label={`Copy ${label.toLowerCase()}`} />
      </div>
      {children !== undefined && <div className="soft">{children}</div>}
    </div>
  )
}
