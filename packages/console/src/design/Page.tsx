import type { ReactNode } from 'react'
import { useEffect } from 'react'
import './page.css'

interface Props {
  readonly title: string
  /** The title as it stands on the page, where it is more than a text. */
  readonly heading?: ReactNode
  readonly above?: ReactNode
  readonly children: ReactNode
  readonly lead?: ReactNode
  readonly actions?: ReactNode
}

/** One place of the console: its name, what it is for, what can be done, and the rest. */
export function Page({ title, heading, above, lead, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title.slice(0, 80)} · Rescind`
  }, [title])
  return (
    <article className="page">
      <header className="page-head">
        <div className="page-words">
          {above !== undefined && <div className="page-above">{above}</div>}
          <h1 tabIndex={-1} id="page-title">
            {heading ?? title}
          </h1>
          {lead !== undefined && <div className="page-lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </article>
  )
}

interface PanelProps {
  readonly title?: ReactNode
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  /** Without a margin inside: for tables. */
  readonly flush?: boolean
}

/** A part of a page with a line around it. */
export function Panel({ title, note, actions, children, flush = false }: PanelProps) {
  return (
    <section className="panel" data-flush={flush || undefined}>
      {(title !== undefined || actions !== undefined) && (
        <header className="panel-head">
          <div className="panel-words">
            {title !== undefined && <h2>{title}</h2>}
            {note !== undefined && <p className="panel-note">{note}</p>}
          </div>
          {actions !== undefined && <div className="row push">{actions}</div>}
        </header>
      )}
      <div className="panel-body">{children}</div>
    </section>
  )
}

/** Names and what belongs to them. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="facts">{children}</dl>
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
