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
  /** 1 until the newest entry has taken effect everywhere and its receipt is written. */
  effect_open: number
  /** JSON: what the newest entry covers, counted after it was answered; NULL until then. */
  covered: string | null
}

/** The proof that an entry took effect: one for each entry of a revocation that did. */
export interface RevocationReceipts {
  organization_id: string
  revocation_id: string
  /** The place of the entry. */
  incarnation: number
  seq: number
  /** When the entry took effect, and when this was written. */
  effective_at: number
  written_at: number
  /** JSON: how many nodes there are in each state, for lists. */
  nodes: string
  /** The receipt itself, signed: a compact JWS. */
  jws: string
}

/** What signs the receipts of an organization. The newest one signs; the others stay published. */
export interface ReceiptKeys {
  organization_id: string
  /** The RFC 7638 thumbprint. */
  kid: string
  /** JSON: the members that make the key, nothing else. */
  public_jwk: string
  /** The private JWK under the master key; NULL once another key has taken over. */
  sealed_private: string | null
  created_at: number
  retired_at: number | null
}

/** When nodes acknowledged a place while a revocation was taking effect; removed once none needs it. */
export interface AcknowledgementBatches {
  organization_id: string
  id: string
  incarnation: number
  seq: number
  /** When the authority received them, in milliseconds since the epoch. */
  at: number
  /** JSON: the ids of the nodes. One that says the same again later is in more than one batch. */
  nodes: string
}
