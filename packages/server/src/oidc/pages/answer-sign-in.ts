import type { IncomingHttpHeaders } from 'node:http'
import type { Provider } from 'oidc-provider'
import { type Actor, systemActor } from '../../authority/index.ts'
import { listRoles } from '../../directory/roles-of-users.ts'
import { fold } from '../../directory/users-profile.ts'
import { type SignedIn, signIn } from '../../directory/users-sign-in.ts'
import { DomainError } from '../../errors/index.ts'
import { changePassword } from '../../revocation/user-credentials.ts'
import { Secret } from '../../secrets/index.ts'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { currentRequest } from '../request.ts'
import type { Attempts } from './attempts.ts'
import type { KnownBrowsers } from './known-browser.ts'
import type { SignInProblem } from './sign-in-page.ts'
import type { Submitted } from './submitted.ts'

/** What pages share within one process. */
export interface SignInServices {
  readonly attempts: Attempts
  readonly browsers: KnownBrowsers
}

export type SignInOutcome =
  /** `cookie` lets this browser's later attempts at the account be counted apart. */
  | { readonly type: 'signed_in'; readonly user: SignedIn['user']; readonly cookie: string }
  | { readonly type: 'new_password'; readonly login: string; readonly problem?: string }
  | { readonly type: 'refused'; readonly login: string; readonly problem: SignInProblem }
  /** The password is another one now, and everything of before has been revoked. */
  | { readonly type: 'changed'; readonly login: string }

/**
 * Takes a login and a password from a form, within the limits on guessing. Whether there is such a user makes no
 * difference to the answer, to the work, or to how long somebody has to wait.
 */
export async function takeCredentials(
  context: IssuerContext,
  services: SignInServices,
  headers: IncomingHttpHeaders,
  form: Submitted,
): Promise<SignInOutcome> {
  const { authority, organizationId } = context
  const login = form.field('login', 256)
  const password = new Secret(form.field('password'))
  const folded = fold(login)
  const attempt = {
    organizationId,
    login: folded,
    ip: currentRequest().source.ip,
    known: await services.browsers.isKnown(headers.cookie, organizationId, folded),
  }
  const seconds = services.attempts.beginSignIn(attempt)
  if (seconds > 0) return { type: 'refused', login, problem: { type: 'wait', seconds } }
  const signedIn = await signIn(authority, organizationId, { login, password })
  if (signedIn === undefined) return { type: 'refused', login, problem: { type: 'incorrect' } }
  services.attempts.signedIn(attempt)
  const { user, mustChangePassword } = signedIn
  if (mustChangePassword) return replacePassword(context, user, login, password, form)
  const isSecure = context.issuer.startsWith('https:')
  return { type: 'signed_in', user, cookie: await services.browsers.cookie(organizationId, folded, isSecure) }
}

async function replacePassword(
  { authority, organizationId }: IssuerContext,
  { id }: SignedIn['user'],
  login: string,
  oldPassword: Secret,
  form: Submitted,
): Promise<SignInOutcome> {
  const given = form.field('new_password')
  if (form.field('do') !== 'new-password') return { type: 'new_password', login }
  const newPassword = new Secret(given)
  const roles = await listRoles(authority, systemActor(organizationId), id)
  const actor: Actor = {
    type: 'user',
    id,
    name: login,
    organizationId,
    roles: new Set(roles.map(({ role }) => role)),
    userId: id,
  }
  try {
    await changePassword(authority, actor, id, { oldPassword, newPassword })
    return { type: 'changed', login }
  } catch (failure) {
    if (!(failure instanceof DomainError) || failure.code !== 'password_refused') throw failure
    const { requirement } = failure.details
    return { type: 'new_password', login, problem: `The new password needs: ${String(requirement)}.` }
  }
}

/** The answer to a question of the library: who signed in just now, by a password (RFC 8176). */
export function signedInResult(user: SignedIn['user']): Parameters<Provider['interactionResult']>[2] {
  // Not remembered beyond the browser's own session: machines are shared.
  return { login: { accountId: user.id, remember: false, amr: ['pwd'] } }
}
