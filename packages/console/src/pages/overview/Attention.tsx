import { IconAlertTriangle } from '@tabler/icons-react'
import type { Overview } from '../../api/overview.ts'
import { visible } from '../../design/Name.tsx'

/** What somebody should look at; nothing is shown where there is nothing. */
export function Attention({ items }: { readonly items: Overview['attention'] }) {
  if (items.length === 0) return null
  return (
    <section className="attention" aria-label="Needs attention">
      <h2>Needs attention</h2>
      <ul>
        {items.map(({ code, message, link }) => (
          <li key={`${code} ${message}`}>
            <IconAlertTriangle size={15} aria-hidden />
            {link?.startsWith('/console/') ? (
              <a href={link}>{visible(message)}</a>
            ) : (
              <span className="wrap">{visible(message)}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
