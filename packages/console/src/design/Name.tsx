/** As much of a name as anybody reads; the rest of ten thousand characters is in nobody's way. */
const MOST = 200

/**
 * A text that somebody else chose. It is isolated from the direction of what surrounds it, cut where it is long, and
 * shown with its invisible characters made visible.
 */
export function Name({ children, wrap = false }: { readonly children: string; readonly wrap?: boolean }) {
  const shown = visible(children)
  return (
    <bdi className={wrap ? 'wrap' : 'name'} title={shown.length > 24 ? shown.slice(0, 1000) : undefined}>
      {shown.length > MOST ? `${shown.slice(0, MOST)}…` : shown}
    </bdi>
  )
}

/** Controls of direction and the like, which turn a text into another one before the eye, as a visible mark. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u200b-\u200d\u2060\ufeff]/gu, '\u2423') || '—'
}
