/** Access tokens of service accounts: without its row a token is worth nothing, however well it is signed. */
export interface ServiceTokens {
  organization_id: string
  /** The `jti`. */
  id: string
  client_id: string
  /** The position, in the organization's log, of the knowledge on which its right to exist was judged. */
  incarnation: number
  seq: number
  issued_at: number
  expires_at: number
}
