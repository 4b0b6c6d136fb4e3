import { Link } from '@tanstack/react-router'
import { PLACES } from './places.ts'

/** Where one can go. `onGo` closes the drawer that it lies in on a phone. */
export function Navigation({ onGo }: { readonly onGo?: () => void }) {
  return (
    <nav aria-label="Places" className="places">
      {PLACES.map(({ group, places }) => (
        <div key={group ?? 'top'} className="places-group">
          {group !== null && <div className="places-title">{group}</div>}
          <ul>
            {places.map(({ to, label, Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  className="place"
                  activeOptions={{ exact: to === '/' }}
                  onClick={() => onGo?.()}
                >
                  <Icon size={16} stroke={1.6} aria-hidden />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}
