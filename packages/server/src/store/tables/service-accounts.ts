/** Clients of the Atlas Administration API that obtain access tokens with a secret. */
export interface ServiceAccounts {
  /** `mdb_sa_id_…`; unique in the installation. */
  client_id: string
  organization_id: string
  name: string
  description: string
  /** JSON: an array of roles. */
  roles: string
  /** JSON: the roles by the names that Atlas has for them, as they were granted; NULL: those that `roles` amounts to. */
  granted_roles: string | null
  created_at: number
}

export interface ServiceAccountSecrets {
  id: string
  organization_id: string
  client_id: string
  /** SHA-256 in hexadecimal: a generated secret has 240 random bits, so there is nothing to guess slowly. */
  secret_hash: string
  created_at: number
  /** Null where the secret does not expire. */
  expires_at: number | null
  /** Written late and in batches; NULL when it was never used. */
  last_used_at: number | null
}
