/** API keys for HTTP digest authentication (RFC 7616); what signs in is `public_key`. */
export interface DigestKeys {
  id: string
  organization_id: string
  /** Unique in the installation: it is looked up before the organization is known. */
  public_key: string
  description: string
  /** Sealed: H(public key ":" realm ":" private key) by MD5, which is as good as the private key itself. */
  ha1_md5: string
  /** Sealed: the same by SHA-256. */
  ha1_sha256: string
  /** JSON: an array of roles. */
  roles: string
  created_at: number
}
