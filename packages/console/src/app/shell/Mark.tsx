/** The mark: an R, struck through. */
export function Mark({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--ink)" />
      <path
        d="M10 24V8h7.2a4.9 4.9 0 0 1 0 9.800H10m6.500 0L22 24"
        fill="none"
        stroke="var(--paper)"
        strokeWidth="2.800"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path d="M5 22.500 27 9.500" stroke="var(--stamp)" strokeWidth="2.800" strokeLinecap="round" />
    </svg>
  )
}
