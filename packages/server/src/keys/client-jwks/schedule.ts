/** Milliseconds. When a set that somebody else publishes is fetched again, and for how long the last good one counts. */
export const SCHEDULE = {
  /** A set is fetched anew when it is used after this: how long a key that was taken out may still count. */
  fresh: 300_000,
  /** At the least between two fetches, whatever became of the first and however many kids are unknown. */
  quiet: 30_000,
  /** The longest pause after failures, each of which doubles it. */
  longestPause: 600_000,
  /** How long the last good set counts while no newer one can be had. */
  hardLimit: 3_600_000,
} as const

/** What became of the fetches of one set so far. */
export interface Attempts {
  /** When the last good set was fetched; undefined where there was none. */
  readonly goodAt?: number | undefined
  /** When the last fetch ended. */
  readonly endedAt?: number | undefined
  /** Failures since the last good one. */
  readonly failures: number
}

/** Whether a set is to be fetched before it is used. @param isMissing whether a kid was asked for that it lacks */
export function isDue({ goodAt, endedAt, failures }: Attempts, now: number, isMissing: boolean): boolean {
  if (endedAt === undefined) return true
  // A clock that was set back must not put off a fetch for ever.
  const since = Math.abs(now - endedAt)
  if (since < pauseAfter(failures)) return false
  return isMissing || goodAt === undefined || Math.abs(now - goodAt) >= SCHEDULE.fresh
}

/** Whether the last good set still counts. */
export function counts({ goodAt }: Attempts, now: number): boolean {
  return goodAt !== undefined && Math.abs(now - goodAt) < SCHEDULE.hardLimit
}

function pauseAfter(failures: number): number {
  return Math.min(SCHEDULE.quiet * 2 ** Math.min(Math.max(failures - 1, 0), 10), SCHEDULE.longestPause)
}
