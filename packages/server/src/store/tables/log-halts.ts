/** Logs that lack what somebody knows of them: nothing is issued by them until they are recovered. */
export interface LogHalts {
  /** Whose log. */
  organization_id: string
  /** The place of the newest `log.diverged`. */
  incarnation: number
  seq: number
  /** The highest incarnation that was reported: the next one is numbered above it. */
  reported_incarnation: number
  /** Milliseconds since the epoch: of the first report. */
  halted_at: number
}
