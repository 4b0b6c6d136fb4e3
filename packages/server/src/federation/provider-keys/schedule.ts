/** Milliseconds. When the keys of an identity provider are fetched, and for how long the last good set counts. */
export const SCHEDULE = {
  /** Between two fetches that succeed. */
  interval: 300_000,
  /** At the least between two fetches, whatever became of the first and however many kids are unknown. */
  quiet: 30_000,
  /** The longest pause after failures, each of which doubles it. */
  longestPause: 600_000,
  /** How long the last good set is trusted while none can be had. */
  hardLimit: 86_400_000,
  /** How long a node may take to fetch before another one does. */
  lease: 15_000,
} as const

/** How long to wait after so many failures on end. */
export function pauseAfter(failures: number): number {
  return Math.min(SCHEDULE.quiet * 2 ** Math.min(Math.max(failures - 1, 0), 10), SCHEDULE.longestPause)
}
