import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Overview } from '../../api/overview.ts'
import type { Count } from '../../api/users.ts'
import { StatusMark } from '../../design/StatusMark.tsx'

const written = ({ count, exact }: Count) => `${count.toLocaleString('en-GB')}${exact ? '' : '+'}`

export function Figures({ overview }: { readonly overview: Overview }) {
  const { tokens, users, applications, keys } = overview
  return (
    <dl className="figures">
      <Figure name="Live tokens">{written(tokens.live)}</Figure>
      <Figure name="Users">
        <Link to="/users">{written(users)}</Link>
      </Figure>
      <Figure name="Applications">
        <Link to="/applications">{written(applications)}</Link>
      </Figure>
      <div className="figure figure-keys">
        <dt>Signing keys</dt>
        {(['next', 'active', 'retired', 'revoked'] as const).map((state) => (
          <dd key={state}>
            <span className="num">{keys[state]}</span>
            <StatusMark state={state} />
          </dd>
        ))}
      </div>
    </dl>
  )
}

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd className="num">{children}</dd>
    </div>
  )
}
