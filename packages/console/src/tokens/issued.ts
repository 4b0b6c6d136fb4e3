/** Spans of time that people filter by. */
export const ISSUED = [
  ['', 'Any time'],
  ['hour', 'In the last hour'],
  ['day', 'In the last day'],
  ['week', 'In the last week'],
] as const

const LENGTHS: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 }

/** The beginning of such a span, counted from now; RFC 3339. */
export function issuedFrom(span: string): string | undefined {
  const length = LENGTHS[span]
  return length === undefined ? undefined : new Date(Date.now() - length).toISOString()
}
