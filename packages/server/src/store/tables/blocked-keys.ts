/** Keys that an organization never trusts again, under any kid. A row is never changed nor removed. */
export interface BlockedKeys {
  organization_id: string
  /** RFC 7638, SHA-256, base64url. */
  thumbprint: string
  blocked_at: number
}
