/** What an organization has decided about its tokens; no row means the defaults. */
export interface Policies {
  organization_id: string
  /** NULL: any number. */
  tokens_per_user_and_application: number | null
  /** JSON: the automatic triggers that are switched off. */
  triggers_off: string
  updated_at: number
}
