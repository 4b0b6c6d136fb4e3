/** One row per log: the head that every append moves, and that every write of an organization locks first. */
export interface LogHeads {
  log_id: string
  incarnation: number
  seq: number
  digest: string
}

export interface LogEntries {
  log_id: string
  incarnation: number
  seq: number
  at: number
  kind: string
  /** The canonical JSON of the entry: what the digest covers. */
  body: string
  digest: string
}
