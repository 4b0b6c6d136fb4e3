/** One row per log: the head that every append moves, and that every write of an organization locks first. */
export interface LogHeads {
  log_id: string
  incarnation: number
  seq: number
  digest: string
}

/** Where the log stood when an incarnation was opened; the first one begins after nothing. */
export interface LogIncarnations {
  log_id: string
  incarnation: number
  previous_seq: number
  previous_digest: string
}

/**
 * How long an entry stays in the index: not at all (`record`), until the floor of every class that the reader
 * cares for has reached it (`floor`), or `always` (blocks, keys, floors, and cutoffs of foreign tokens).
 */
export type Retention = 'record' | 'floor' | 'always'

export interface LogEntries {
  log_id: string
  incarnation: number
  seq: number
  at: number
  kind: string
  retention: Retention
  /** The canonical JSON of the entry: what the digest covers. */
  body: string
  digest: string
}

/** The highest `index.floor` of each class of artefacts. */
export interface LogFloors {
  log_id: string
  incarnation: number
  class: string
  floor: number
}
