/** Management scopes that an administrator lets an application ask for. */
export interface ApplicationGrants {
  organization_id: string
  /** `oag…` */
  id: string
  application_id: string
  scope: string
  /** Who gave it: an actor's type and id. */
  created_by_type: string
  created_by: string
  created_at: number
}
