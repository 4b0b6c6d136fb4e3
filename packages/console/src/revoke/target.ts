import type { Target, TargetType } from '../api/revocations.ts'

/** What a kind of target is called, and how it is said of one and in the middle of a sentence. */
export const TARGET_WORDS: Readonly<Record<TargetType, { readonly name: string; readonly scope: string }>> = {
  token: { name: 'Token', scope: 'This token and no other' },
  grant: {
    name: 'Refresh token family',
    scope: 'The refresh tokens of one grant and every access token that came with them',
  },
  session: { name: 'Session', scope: 'One sign-in session and every token that carries it' },
  user: { name: 'User', scope: 'Every token, code, consent and session of this user' },
  user_application: { name: 'User at an application', scope: 'Every token of this user at this application' },
  application: { name: 'Application', scope: 'Every token and code of this application, of all its users' },
  api: { name: 'API', scope: 'Every token for this API, of all applications and users' },
  key: { name: 'Key', scope: 'Everything that this key signed or obtained; it is never trusted again' },
  authorization_server: {
    name: 'Authorization server',
    scope: 'Everything that this authorization server issued',
  },
  identity_provider: {
    name: 'Identity provider',
    scope: 'Everything that its keys signed until now, in every connected organization',
  },
  organization: { name: 'Organization', scope: 'Everything that was ever issued in this organization' },
}

/** Whatever hits more than one person or program has its name typed first. */
const WIDE: ReadonlySet<TargetType> = new Set([
  'application',
  'api',
  'key',
  'authorization_server',
  'identity_provider',
  'organization',
])

export const isWide = ({ type }: Target): boolean => WIDE.has(type)

/** What a revocation of each kind leaves as it is: said before, so that nobody finds out after. */
export const LEAVES: Readonly<Record<TargetType, string>> = {
  token:
    'Other tokens of the same user and application stay good; a refresh token of the same grant can get another one.',
  grant: 'The user stays signed in, and the application may ask for a new grant.',
  session: 'The user may sign in again at once.',
  user: 'The user may sign in again at once. To keep somebody out, disable the user: that revokes too.',
  user_application: 'The user stays signed in elsewhere, and may let the application in again.',
  application: 'The application may get new tokens at once. To keep it out, deactivate it: that revokes too.',
  api: 'New tokens for the API are issued at once. To stop that, disable the API: that revokes too.',
  key: 'Other keys of the same owner stay good. The next signing key signs from the same moment.',
  authorization_server:
    'New tokens are issued at once, by the same keys. A stolen key is stopped by revoking the key.',
  identity_provider: 'Users of the provider may sign in again at once, with what its present keys sign.',
  organization: 'Everybody may sign in again at once, and every application may get new tokens.',
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The target of a written revocation, as it stands in lists: by its name where it has one, and else by its ids. */
export function titleOfTarget(revocation: {
  readonly target: Readonly<Record<string, unknown>>
  readonly targetName: string | null
}): { readonly kind: string; readonly title: string; readonly id: string } {
  const { kind, id } = describeTarget(revocation.target)
  return { kind, id, title: revocation.targetName ?? id }
}

function describeTarget(target: Readonly<Record<string, unknown>>): {
  readonly kind: string
  readonly id: string
} {
  const type = textOf(target.type)
  const kind = Object.entries(TARGET_WORDS).find(([name]) => name === type)?.[1].name ?? type
  const parts = Object.entries(target).filter(([name]) => name !== 'type')
  return {
    kind,
    id: parts
      .map(([, value]) => textOf(value))
      .filter(Boolean)
      .join(' · '),
  }
}
