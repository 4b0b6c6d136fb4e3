import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const Id = Type.String({ minLength: 1, maxLength: 1024 })

/**
 * What somebody asks to revoke, before it is looked up. An application goes by its id or its client id, an API by
 * its id or its identifier, a user by id or login; a token by its `jti` or by the token itself.
 */
export const AskedTarget = Type.Union([
  Type.Object(
    { type: Type.Literal('token'), token: Type.String({ minLength: 1, maxLength: 16_384 }) },
    closed,
  ),
  Type.Object({ type: Type.Literal('token'), id: Id }, closed),
  Type.Object(
    {
      type: Type.Enum([
        'grant',
        'session',
        'key',
        'user',
        'application',
        'api',
        'authorization_server',
        'organization',
      ]),
      id: Id,
    },
    closed,
  ),
  Type.Object(
    {
      type: Type.Literal('identity_provider'),
      id: Id,
      /** Kids of keys to be blocked even if they are still published. */
      blockKids: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 100 })),
    },
    closed,
  ),
  Type.Object({ type: Type.Literal('user_application'), user: Id, application: Id }, closed),
])

export type AskedTarget = Static<typeof AskedTarget>

/** An identity provider of the organization's federation, by its id. */
export type AskedProvider = Extract<AskedTarget, { readonly type: 'identity_provider' }>

/** What the organization can look up by itself: an identity provider is its federation's. */
export type OwnAskedTarget = Exclude<AskedTarget, AskedProvider>
