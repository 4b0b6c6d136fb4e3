/**
 * What somebody asks to revoke, before it is looked up. An application goes by its id or its client id, an API by
 * its id or its identifier, a user by id or login; a token by its `jti` or by the token itself.
 */
export type AskedTarget =
  | { readonly type: 'token'; readonly id: string }
  | { readonly type: 'token'; readonly token: string }
  | {
      readonly type:
        | 'grant'
        | 'session'
        | 'key'
        | 'user'
        | 'application'
        | 'api'
        | 'authorization_server'
        | 'organization'
      readonly id: string
    }
  | { readonly type: 'user_application'; readonly user: string; readonly application: string }
  | AskedProvider

/** An identity provider of the organization's federation, by its id. */
export interface AskedProvider {
  readonly type: 'identity_provider'
  readonly id: string
  /** Kids of keys to be blocked even if they are still published. */
  readonly blockKids?: readonly string[] | undefined
}

/** What the organization can look up by itself: an identity provider is its federation's. */
export type OwnAskedTarget = Exclude<AskedTarget, AskedProvider>
