/** A network that a credential of the Atlas Administration API may be used from; none at all means any. */
export interface AccessEntries {
  organization_id: string
  /** The id of a digest key, or the client id of a service account. */
  credential_id: string
  /** `<address>/<bits>`, as the network is written canonically. */
  network: string
  created_at: number
  /** Requests that it let in, counted late and in batches. */
  requests: number
  last_used_at: number | null
  last_used_address: string | null
}
