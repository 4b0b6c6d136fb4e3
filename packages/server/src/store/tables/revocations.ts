/** What was revoked: one row per target, whose place is that of the newest entry about it. */
export interface Revocations {
  organization_id: string
  id: string
  /** The target in one spelling, e.g. `user:00u…`: a second revocation of it finds the first one's row. */
  target_key: string
  /** JSON: the target as it was resolved. */
  target: string
  /** The kind of the entry. */
  kind: string
  incarnation: number
  seq: number
  at: number
  reason: string
  note: string | null
  /** The request or change that made it; NULL for a revocation that somebody asked for. */
  cause: string | null
  actor_type: string
  actor_id: string
  actor_name: string
  /** How many entries there have been. */
  times: number
}
