import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

/** Printable: neither control characters, nor what turns the direction of the text around it. */
const PRINTABLE = '^[^\\p{Cc}\\p{Bidi_Control}]*$'

const text = (maxLength: number) =>
  Type.Optional(Type.Union([Type.String({ maxLength, pattern: PRINTABLE }), Type.Null()]))

/** What names a user at sign-in: no white space, so that it cannot look like another. */
const Login = Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\s\\p{C}]+$' })
const Email = Type.String({ maxLength: 100, pattern: '^[^\\s\\p{C}@]{1,64}@[^\\s\\p{C}@]{1,255}$' })

/** The optional members of a profile: those of Okta's default user schema, with its lengths. */
const OPTIONAL_MEMBERS = {
  firstName: text(50),
  lastName: text(50),
  middleName: text(50),
  honorificPrefix: text(50),
  honorificSuffix: text(50),
  title: text(100),
  displayName: text(100),
  nickName: text(100),
  profileUrl: text(1024),
  secondEmail: Type.Optional(Type.Union([Email, Type.Null(), Type.Literal('')])),
  mobilePhone: text(100),
  primaryPhone: text(100),
  streetAddress: text(1024),
  city: text(128),
  state: text(128),
  zipCode: text(50),
  countryCode: text(2),
  postalAddress: text(4096),
  preferredLanguage: text(100),
  locale: text(100),
  timezone: text(100),
  userType: text(100),
  employeeNumber: text(100),
  costCenter: text(100),
  organization: text(100),
  division: text(100),
  department: text(100),
  managerId: text(100),
  manager: text(100),
}

/** A whole profile, as at creation and replacement. */
export const UserProfile = Type.Object(
  { login: Login, email: Email, ...OPTIONAL_MEMBERS },
  { additionalProperties: false },
)
export type UserProfile = Static<typeof UserProfile>

/** Part of a profile: what is absent stays, what is null goes. */
export const UserProfileChange = Type.Partial(UserProfile, { additionalProperties: false })
export type UserProfileChange = Static<typeof UserProfileChange>

const MEMBERS = ['login', 'email', ...Object.keys(OPTIONAL_MEMBERS)] as (keyof UserProfile)[]

/** The profile with a change applied, member by known member. */
export function changeProfile(profile: UserProfile, change: UserProfileChange): UserProfile {
  const changed: UserProfile = { login: change.login ?? profile.login, email: change.email ?? profile.email }
  for (const name of MEMBERS) {
    const value = change[name] === undefined ? profile[name] : change[name]
    if (value !== null && value !== undefined) changed[name] = value
  }
  return changed
}

/** The names of the members in which two profiles differ. */
export function differingMembers(before: UserProfile, after: UserProfile): string[] {
  return MEMBERS.filter((name) => before[name] !== after[name])
}

/** As a column keeps it: known members only, in one order. */
export function encodeProfile(profile: UserProfile): string {
  return JSON.stringify(changeProfile(profile, {}))
}

/** @throws Error when the column holds anything else than a profile */
export function decodeProfile(column: string): UserProfile {
  return Value.Parse(UserProfile, JSON.parse(column))
}

/** What the searched columns hold of a profile; both databases then answer alike, whatever their collation. */
export function foldedColumns(profile: UserProfile) {
  return {
    login_folded: fold(profile.login),
    email_folded: fold(profile.email),
    first_name_folded: fold(profile.firstName ?? ''),
    last_name_folded: fold(profile.lastName ?? ''),
  }
}

/** The form in which logins and names are compared. */
export function fold(value: string): string {
  return value.normalize('NFC').toLowerCase()
}
