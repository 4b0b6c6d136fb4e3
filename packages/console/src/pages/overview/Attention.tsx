import { IconAlertTriangle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Overview } from '../../api/overview.ts'
import { visible } from '../../design/Name.tsx'

type Item = Overview['attention'][number]

const WORDS: Readonly<Record<string, (about: string) => string>> = {
  key_rotation_overdue: (about) => `The signing keys of ${about} should have been rotated by now`,
  key_rotation_soon: (about) => `The signing keys of ${about} are rotated within a week`,
  cluster_without_nodes: (about) => `No node of ${about} has ever connected`,
  cluster_silent: (about) =>
    `No node of ${about} has a lease: its verifiers are down, or do what their contract says`,
  cluster_behind: (about) => `Nodes of ${about} have not yet acknowledged the newest entry`,
  logout_undelivered: (about) => `${about} could not be told of sign-outs`,
}

/** What somebody should look at; nothing is shown where there is nothing. */
export function Attention({ items }: { readonly items: readonly Item[] }) {
  if (items.length === 0) return null
  return (
    <section className="attention" aria-label="Needs attention">
      <h2>Needs attention</h2>
      <ul>
        {items.map((item) => (
          <li key={`${item.code} ${item.id}`}>
            <IconAlertTriangle size={15} aria-hidden />
            <Words item={item} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Words({ item: { code, about, id } }: { readonly item: Item }) {
  const words = visible(WORDS[code]?.(about) ?? `${code}: ${about}`).slice(0, 300)
  if (code.startsWith('cluster_'))
    return (
      <Link to="/clusters/$clusterId" params={{ clusterId: id }} className="wrap">
        {words}
      </Link>
    )
  if (code.startsWith('key_'))
    return (
      <Link to="/authorization-servers/$serverId" params={{ serverId: id }} className="wrap">
        {words}
      </Link>
    )
  return <span className="wrap">{words}</span>
}
