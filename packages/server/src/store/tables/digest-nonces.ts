/** Nonces of digest authentication that have been used; they belong to no organization, the whole installation asks. */
export interface DigestNonces {
  nonce: string
  /** The first key that used it is the only one that may. */
  digest_key_id: string
  /** The highest `nc` that was accepted. */
  nc: number
  expires_at: number
}
