import type { ProviderKey } from '../../api/federation.ts'
import { Identifier } from '../../design/Identifier.tsx'
import { StatusMark } from '../../design/StatusMark.tsx'
import { Time } from '../../design/Time.tsx'
import '../../design/things.css'

const STATES: Readonly<Record<string, readonly [mark: string, words: string]>> = {
  trusted: ['active', 'Trusted'],
  published: ['pending', 'Published, not trusted yet'],
  gone: ['retired', 'Published no longer'],
  blocked: ['revoked', 'Blocked for ever'],
}

/** The keys of a provider, and since when and until when each was published. */
export function ProviderKeys({ keys }: { readonly keys: readonly ProviderKey[] }) {
  if (keys.length === 0) return null
  return (
    <ul className="things" aria-label="Keys">
      {keys.map(({ kid, thumbprint, state, firstSeenAt, lastSeenAt }) => {
        const [mark, words] = STATES[state] ?? [state, state]
        return (
          <li key={thumbprint} className="thing">
            <div className="thing-words">
              <Identifier>{kid ?? thumbprint}</Identifier>
              <div className="softer row-wrap">
                <span>
                  first seen <Time at={firstSeenAt} />
                </span>
                <span>
                  last seen <Time at={lastSeenAt} />
                </span>
              </div>
            </div>
            <StatusMark state={mark}>{words}</StatusMark>
          </li>
        )
      })}
    </ul>
  )
}
