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
  /** JSON: the roles by the names that Atlas has for them, as they were granted; NULL: those that `roles` amounts to. */
  granted_roles: string | null
  /** The last twelve characters of the private key, which Atlas shows in place of it; NULL where they were not kept. */
  private_key_end: string | null
  created_at: number
}
