import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { ApiError } from '../api/http.ts'
import './notice.css'

interface Props {
  /** `danger` is for what a revocation does or leaves; `warn` for what to think of first. */
  readonly tone?: 'plain' | 'warn' | 'danger' | 'good'
  readonly title?: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
  /** Said at once to whoever cannot see it. */
  readonly live?: boolean
}

export function Notice({ tone = 'plain', title, children, actions, live = false }: Props) {
  return (
    <div className="notice" data-tone={tone} role={live ? 'alert' : undefined}>
      <div className="notice-words">
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {actions !== undefined && <div className="row">{actions}</div>}
    </div>
  )
}

interface ProblemProps {
  readonly error: Error | null
  readonly retry?: () => void
}

/** What went wrong, in the authority's own words. */
export function Problem({ error, retry }: ProblemProps) {
  if (error === null) return null
  const details = error instanceof ApiError ? [...error.details] : []
  return (
    <Notice
      tone="warn"
      live
      title={error.message}
      actions={
        retry && (
          <Button size="xs" onClick={retry}>
            Try again
          </Button>
        )
      }
    >
      {details.length > 0 && (
        <ul>
          {details.map(([pointer, words]) => (
            <li key={pointer}>
              <code>{pointer}</code> {words}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

/** Nothing here, and what that means. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children !== undefined && <div className="soft">{children}</div>}
    </div>
  )
}
