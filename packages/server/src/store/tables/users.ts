export interface Users {
  organization_id: string
  /** `00u…` */
  id: string
  status: UserStatus
  login: string
  /** JSON: the profile as it was given, `login` included. */
  profile: string
  // In lower case: unique (the login), and searched alike by both databases.
  login_folded: string
  email_folded: string
  first_name_folded: string
  last_name_folded: string
  /** argon2id in its PHC string; null for a user who has none yet. */
  password_hash: string | null
  password_changed_at: number | null
  created_at: number
  activated_at: number | null
  status_changed_at: number | null
  last_login_at: number | null
  updated_at: number
}

export type UserStatus =
  | 'STAGED'
  | 'PROVISIONED'
  | 'ACTIVE'
  | 'PASSWORD_EXPIRED'
  | 'SUSPENDED'
  | 'DEPROVISIONED'

export interface UserRoles {
  organization_id: string
  user_id: string
  role: string
  granted_at: number
}
