import { Compile } from 'typebox/compile'
import { type Authority, type Role, systemActor } from '../../authority/index.ts'
import { amountOf, ORGANIZATION_ROLES } from '../../directory/granted-roles.ts'
import { addRole, decideRoles } from '../../directory/roles-of-users.ts'
import { addUser, type User, userOf } from '../../directory/users.ts'
import { UserProfile } from '../../directory/users-profile.ts'
import { DomainError } from '../../errors/index.ts'
import type { WriteTx } from '../../store/index.ts'
import { findFederatedIdentity, insertFederatedIdentity } from '../../store/queries/federated-identities.ts'
import { findUser, updateUser } from '../../store/queries/users.ts'
import type { SignInProvider } from './providers.ts'

/** What a provider says of somebody, as its ID token has it. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * Who somebody is here. `unnamed`: the user claim is missing. `domain`: people of that mail domain are not let in, or
 * no mail address was told. `unknown`: there is no such user, and none may be made. `taken`: another user has the login
 * that a new one would have. `disabled`: the user may not sign in.
 */
export type FederatedOutcome =
  | { readonly type: 'signed_in'; readonly user: User }
  | { readonly type: 'refused'; readonly why: 'unnamed' | 'domain' | 'unknown' | 'taken' | 'disabled' }

const profileSchema = Compile(UserProfile)

/**
 * The user whom a provider's ID token is about: whoever is linked to its issuer and user claim, or else a new one where
 * the organization lets them be made. A user who was here before is never taken over by what a provider says. The
 * organization's role mappings and the roles that it gives after authentication decide on the roles: for a provider
 * that tells groups at every sign-in, else once.
 */
export async function federatedUser(
  authority: Authority,
  { provider, connected }: SignInProvider,
  claims: Claims,
): Promise<FederatedOutcome> {
  const { organizationId } = connected
  const subject = textOf(claims, provider.userClaim)
  if (subject === '') return refused('unnamed')
  const email = mailOf(claims, subject)
  if (!isAllowed(provider.associatedDomains, email)) return refused('domain')
  if (connected.domainRestrictionEnabled && !isListed(connected.domainAllowList, email))
    return refused('domain')
  try {
    return await authority.store.write({ organizationId }, async (tx) => {
      const at = authority.clock.now()
      const actor = systemActor(organizationId)
      const roles = rolesIn({ provider, connected }, claims)
      const known = await findFederatedIdentity(tx, provider.issuerUri, subject)
      if (known !== undefined) {
        const row = await findUser(tx, known.user_id)
        if (row?.status !== 'ACTIVE') return refused('disabled')
        if (provider.authorizationType === 'GROUP') await decideRoles(tx, actor, row, roles, at)
        await updateUser(tx, row.id, { last_login_at: at })
        return { type: 'signed_in', user: userOf(row) }
      }
      if (connected.instantUserProvisioningDisabled) return refused('unknown')
      const profile = profileOf(claims, email)
      if (profile === undefined) return refused('unnamed')
      const user = await addUser(tx, actor, { profile, activate: true, signsInElsewhere: true }, at)
      await link(tx, provider.issuerUri, subject, user.id, at)
      for (const role of roles) await addRole(tx, actor, user.id, role, at)
      return { type: 'signed_in', user }
    })
  } catch (failure) {
    if (failure instanceof DomainError && failure.code === 'user_login_taken') return refused('taken')
    throw failure
  }
}

function refused(why: Extract<FederatedOutcome, { type: 'refused' }>['why']): FederatedOutcome {
  return { type: 'refused', why }
}

async function link(tx: WriteTx, issuer: string, subject: string, userId: string, at: number): Promise<void> {
  const row = { issuer, subject, user_id: userId, created_at: at }
  if (!(await insertFederatedIdentity(tx, row))) throw new TypeError('an identity that was not there is')
}

/** Never a role of the installation: the organization's own terms give nothing beyond it. */
function rolesIn(
  { provider, connected }: Omit<SignInProvider, 'sealedSecret'>,
  claims: Claims,
): ReadonlySet<Role> {
  const groups =
    provider.authorizationType === 'GROUP' ? groupsOf(claims, provider.groupsClaim ?? '') : new Set()
  const mapped = connected.roleMappings
    .filter(({ externalGroupName }) => groups.has(externalGroupName))
    .flatMap(({ roleAssignments }) => roleAssignments.filter((one) => 'orgId' in one).map(({ role }) => role))
  const named = new Set([...connected.postAuthRoleGrants, ...mapped])
  return new Set(amountOf(ORGANIZATION_ROLES.filter((role) => named.has(role))))
}

function groupsOf(claims: Claims, name: string): ReadonlySet<unknown> {
  const value = claims[name]
  return new Set(Array.isArray(value) ? value : [value])
}

function textOf(claims: Claims, name: string): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof value === 'string' && value.length <= 1_024 ? value : ''
}

/** One that the provider says is not verified counts for nothing. */
function mailOf(claims: Claims, subject: string): string {
  if (claims.email_verified === false) return ''
  return textOf(claims, 'email') || (subject.includes('@') ? subject : '')
}

/** A provider without domains of its own signs in whomever it knows. */
function isAllowed(domains: readonly string[], email: string): boolean {
  return domains.length === 0 || isListed(domains, email)
}

function isListed(domains: readonly string[], email: string): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  return email !== '' && domains.some((one) => one.toLowerCase() === domain)
}

function profileOf(claims: Claims, email: string): UserProfile | undefined {
  const names = { firstName: textOf(claims, 'given_name'), lastName: textOf(claims, 'family_name') }
  const whole = { login: email, email, ...names, displayName: textOf(claims, 'name') }
  if (profileSchema.Check(whole)) return whole
  // Names are a courtesy: one that does not fit keeps nobody out.
  const bare = { login: email, email }
  return profileSchema.Check(bare) ? bare : undefined
}
