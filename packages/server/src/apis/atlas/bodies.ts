import { Type } from 'typebox'
import { GROUP_ROLES, ORGANIZATION_ROLES } from '../../directory/granted-roles.ts'

/** Bodies and parts of them that several resources take. Members that Atlas does not know are refused. */

export const CLOSED = { additionalProperties: false } as const

/** Names of organizations and groups. Spaces, which the description leaves out, the real service takes too. */
export const Name = Type.String({ pattern: "^(?! )[\\p{L}\\p{N}\\-_.(),:&@+' ]{1,64}$(?<! )" })

export const OrganizationRoles = Type.Array(Type.Enum(ORGANIZATION_ROLES), { minItems: 1, maxItems: 20 })
export const GroupRoles = Type.Array(Type.Enum(GROUP_ROLES), { minItems: 1, maxItems: 20 })

const PLAIN = "^[\\p{L}\\p{N}\\-_.,' ]*$"
export const AccountName = Type.String({ minLength: 1, maxLength: 64, pattern: PLAIN })
export const AccountDescription = Type.String({ minLength: 1, maxLength: 250, pattern: PLAIN })
export const SecretHours = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

export const ApiKeyDescription = Type.String({ minLength: 1, maxLength: 250, pattern: '^[^\\p{Cc}]*$' })

export const NewApiKey = Type.Object({ desc: ApiKeyDescription, roles: OrganizationRoles }, CLOSED)
export const NewServiceAccount = Type.Object(
  {
    name: AccountName,
    description: AccountDescription,
    roles: OrganizationRoles,
    secretExpiresAfterHours: SecretHours,
  },
  CLOSED,
)

/** Entries of an access list: each one network, written in one of the two ways. */
export const Networks = Type.Array(
  Type.Object(
    {
      cidrBlock: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
      ipAddress: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
    },
    CLOSED,
  ),
  { minItems: 1, maxItems: 200 },
)
