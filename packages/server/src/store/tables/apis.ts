/** APIs (resource servers): what an access token is for. */
export interface Apis {
  id: string
  organization_id: string
  /** The audience, which is the resource's name in the log; unique in the organization. */
  identifier: string
  name: string
  /** JSON: an array of scope names. */
  scopes: string
  token_format: 'jwt' | 'opaque'
  authorization_server_id: string
  /** Seconds. */
  access_token_lifetime: number
  /** 0: no token is issued for it, and none is good. */
  enabled: number
  /** 1: its access tokens have a place in a token status list. */
  status_list: number
  created_at: number
  updated_at: number
}
