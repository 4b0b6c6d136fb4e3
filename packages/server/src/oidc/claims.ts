import type { AccountClaims } from 'oidc-provider'
import type { UserProfile } from '../directory/users-profile.ts'

export interface DescribedUser {
  readonly id: string
  readonly profile: UserProfile
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
}

/** Which claims each scope opens (OpenID Connect Core section 5.4). */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'locale',
    'zoneinfo',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number'],
}

/** The claims of a user that a token's scopes open. */
export function claimsForScopes(claims: AccountClaims, scopes: ReadonlySet<string>): AccountClaims {
  const open = new Set(
    Object.entries(CLAIMS_BY_SCOPE).flatMap(([scope, names]) => (scopes.has(scope) ? names : [])),
  )
  const shown = Object.entries(claims).filter(([name]) => open.has(name))
  return { ...Object.fromEntries(shown), sub: claims.sub }
}

/** The standard claims of a user (OpenID Connect Core section 5.1); which of them a client gets, scopes decide. */
export function claimsOf({ id, profile, updatedAt }: DescribedUser): AccountClaims {
  const name = profile.displayName ?? [profile.firstName, profile.lastName].filter(Boolean).join(' ')
  const { streetAddress, city, state, zipCode, countryCode } = profile
  const address = given({
    street_address: streetAddress,
    locality: city,
    region: state,
    postal_code: zipCode,
    country: countryCode,
  })
  return {
    sub: id,
    ...given({
      name: name === '' ? undefined : name,
      given_name: profile.firstName,
      family_name: profile.lastName,
      middle_name: profile.middleName,
      nickname: profile.nickName,
      preferred_username: profile.login,
      locale: profile.locale,
      zoneinfo: profile.timezone,
      email: profile.email,
      phone_number: profile.primaryPhone ?? profile.mobilePhone,
    }),
    // Nobody has proved that the address reaches the user.
    email_verified: false,
    updated_at: Math.floor(updatedAt / 1000),
    ...(Object.keys(address).length === 0 ? {} : { address }),
  }
}

/** The members that say something. */
function given(members: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  const said = Object.entries(members).filter(
    (member): member is [string, string] => typeof member[1] === 'string',
  )
  return Object.fromEntries(said)
}
