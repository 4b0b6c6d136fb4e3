/** A project of Atlas's: every organization has at least the one that it was created with. It owns no clusters. */
export interface Groups {
  /** 24 hexadecimal characters. */
  id: string
  organization_id: string
  /** Unique in the organization. */
  name: string
  created_at: number
}

/** What a credential of the organization may do in one of its groups. */
export interface GroupMembers {
  organization_id: string
  group_id: string
  /** The id of a digest key, or the client id of a service account. */
  credential_id: string
  /** JSON: an array of Atlas's names for roles in a group. */
  roles: string
}

/** What the group is called that an organization is created with. */
export const DEFAULT_GROUP = 'default'
