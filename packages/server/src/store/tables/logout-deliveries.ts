/** Which clients a session has signed its user in to: those that are told when it ends. */
export interface SessionClients {
  organization_id: string
  /** The `sid`. */
  session_id: string
  client_id: string
  /** The authorization server that signed the user in. */
  issuer_id: string
  user_id: string
  /** The identity provider through which the user signed in. */
  identity_provider: string | null
  /** When the session expires by itself. */
  expires_at: number
}

/** The outbox of back-channel logout: one row for each client that still has to be told of a session's end. */
export interface LogoutDeliveries {
  organization_id: string
  session_id: string
  client_id: string
  issuer_id: string
  user_id: string
  queued_at: number
  attempts: number
  /** When the next attempt is due. */
  next_at: number
  /** When the last attempt had failed: nothing more is tried until somebody asks for it. */
  parked_at: number | null
  /** What went wrong last, in our own words. */
  problem: string | null
}
