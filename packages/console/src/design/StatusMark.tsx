import './status.css'

type Tone = 'good' | 'next' | 'rest' | 'wait' | 'struck'
type Glyph = 'full' | 'half' | 'hollow' | 'cross'

/** What each state looks like. Shape says it as well as colour: retired is hollow, revoked is crossed out. */
const STATES: Readonly<Record<string, readonly [tone: Tone, glyph: Glyph, words: string]>> = {
  active: ['good', 'full', 'Active'],
  live: ['good', 'full', 'Live'],
  fresh: ['good', 'full', 'Fresh'],
  acknowledged: ['good', 'full', 'Acknowledged'],
  enabled: ['good', 'full', 'Enabled'],
  next: ['next', 'half', 'Next'],
  staged: ['next', 'half', 'Staged'],
  provisioned: ['next', 'half', 'Provisioned'],
  registered: ['next', 'half', 'Registered'],
  pending: ['wait', 'half', 'Waiting'],
  recovery: ['wait', 'half', 'Recovery'],
  password_expired: ['wait', 'half', 'Password expired'],
  locked_out: ['wait', 'half', 'Locked out'],
  suspended: ['wait', 'half', 'Suspended'],
  blocked: ['wait', 'cross', 'Blocked'],
  lapsed: ['wait', 'hollow', 'Lease ended'],
  lease_ended: ['wait', 'hollow', 'Lease ended'],
  exposed: ['struck', 'half', 'Exposed'],
  inactive: ['rest', 'hollow', 'Inactive'],
  disabled: ['rest', 'hollow', 'Disabled'],
  deprovisioned: ['rest', 'hollow', 'Disabled'],
  retired: ['rest', 'hollow', 'Retired'],
  expired: ['rest', 'hollow', 'Expired'],
  used: ['rest', 'hollow', 'Used'],
  revoked: ['struck', 'cross', 'Revoked'],
  ended: ['rest', 'hollow', 'Ended'],
}

interface Props {
  readonly state: string
  /** Other words than the state's own. */
  readonly children?: string
}

/** The state of something: a shape, a colour and a word. */
export function StatusMark({ state, children }: Props) {
  const [tone, glyph, words] = STATES[state.toLowerCase()] ?? ['rest', 'hollow', sentence(state)]
  return (
    <span className="status" data-tone={tone}>
      <svg className="status-glyph" viewBox="0 0 10 10" aria-hidden="true">
        {glyph === 'full' && <circle cx="5" cy="5" r="4" fill="currentColor" />}
        {glyph === 'hollow' && (
          <circle cx="5" cy="5" r="3.3" fill="none" stroke="currentColor" strokeWidth="1.4" />
        )}
        {glyph === 'half' && (
          <>
            <circle cx="5" cy="5" r="3.3" fill="none" stroke="currentColor" strokeWidth="1.4" />
            <path d="M5 1.700a3.300 3.300 0 0 0 0 6.600z" fill="currentColor" />
          </>
        )}
        {glyph === 'cross' && (
          <path
            d="M1.700 1.700l6.600 6.600M8.300 1.700L1.700 8.300"
            stroke="currentColor"
            strokeWidth="1.700"
          />
        )}
      </svg>
      {children ?? words}
    </span>
  )
}

function sentence(state: string): string {
  const words = state.replaceAll('_', ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
