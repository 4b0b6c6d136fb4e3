export interface Applications {
  organization_id: string
  /** `0oa…` */
  id: string
  /** What the client calls itself at the token endpoint; unique in its organization. Equals `id` unless chosen. */
  client_id: string
  label: string
  /** `label` in lower case, for searches that two databases must answer alike. */
  label_folded: string
  status: 'ACTIVE' | 'INACTIVE'
  /** JSON: the client metadata that the authority acts on. */
  metadata: string
  /** JSON: what is kept for the console and returned as it came. */
  presentation: string
  created_at: number
  updated_at: number
}
