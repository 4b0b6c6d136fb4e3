import { randomBytes } from 'node:crypto'
import type { User } from '../../directory/users.ts'
import { federatedUser } from '../../federation/sign-in/federated-user.ts'
import { type SignInProvider, signInProviders } from '../../federation/sign-in/providers.ts'
import { FetchFailed } from '../../outbound/index.ts'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { currentRequest } from '../request.ts'
import { interactionRoute } from '../routes.ts'
import type { GoTo } from './answers.ts'
import type { FormTokens } from './form-tokens.ts'
import { authorizationAddress, redeem, type Secrets } from './provider-exchange.ts'
import type { ProviderProblem } from './sign-in-page.ts'

/** The question at which somebody chose a provider, as far as the sign-in there is bound to it. */
export interface Asked {
  readonly context: IssuerContext
  readonly tokens: FormTokens
  readonly uid: string
  /** `Cookie` of the request. */
  readonly cookies: string | undefined
  /** The path of the question's page, which its cookies are for. */
  readonly path: string
}

export type ProviderOutcome =
  | { readonly type: 'signed_in'; readonly user: User; readonly cookie: string }
  | { readonly type: 'refused'; readonly problem: ProviderProblem }

const COOKIE = 'rescind_provider'
/** Seconds that somebody may take at the provider. */
const PATIENCE = 3_600

/**
 * Sends somebody to a provider. Nothing is stored: state, nonce and PKCE verifier are made of a random value that this
 * browser alone has, for this question alone, so that an answer that somebody else began does not fit.
 */
export async function sendToProvider(asked: Asked, id: string): Promise<GoTo | ProviderOutcome> {
  const { authority, organizationId } = asked.context
  const chosen = await find(asked, id)
  if (chosen === undefined) return { type: 'refused', problem: { type: 'provider', why: 'gone' } }
  const random = randomBytes(32).toString('base64url')
  try {
    const location = await authorizationAddress(
      authority,
      chosen.provider,
      await secretsOf(asked, id, random),
    )
    return { location, cookies: [cookieOf(asked, random, PATIENCE)] }
  } catch (failure) {
    if (!(failure instanceof FetchFailed)) throw failure
    authority.logger.warn(
      { organization: organizationId, provider: id, code: failure.code },
      'nobody can sign in through an identity provider that cannot be asked',
    )
    return { type: 'refused', problem: { type: 'provider', why: 'unreachable' } }
  }
}

/** Takes what somebody came back with. Whatever comes of the sign-in is subject to the provider from now on. */
export async function returnFromProvider(asked: Asked, answer: URLSearchParams): Promise<ProviderOutcome> {
  const refused = (why: ProviderProblem['why']): ProviderOutcome => ({
    type: 'refused',
    problem: { type: 'provider', why },
  })
  const { authority } = asked.context
  const state = answer.get('state') ?? ''
  const id = readState(state)?.providerId ?? ''
  const random = randomIn(asked.cookies)
  const chosen = await find(asked, id)
  if (chosen === undefined) return refused('gone')
  if (random === '') return refused('failed')
  const secrets = await secretsOf(asked, id, random)
  const claims = secrets.state === state ? await redeem(authority, chosen, answer, secrets) : undefined
  if (claims === undefined) return refused('failed')
  currentRequest().relyOn({ identityProvider: id })
  const outcome = await federatedUser(authority, chosen, claims)
  if (outcome.type === 'refused') return refused(outcome.why)
  return { ...outcome, cookie: cookieOf(asked, '', 0) }
}

/** Where the callback hands an answer on to: the page of the question that it belongs to. */
export function questionAddress(context: IssuerContext, uid: string, answer: URLSearchParams): string {
  return `${context.issuer}${interactionRoute(context)}/${uid}?${answer}`
}

/** What a `state` leads to; who sent it is found out there. */
export function readState(
  state: string,
): { readonly issuerId: string; readonly uid: string; readonly providerId: string } | undefined {
  const parts = /^([\w-]{1,64})\.([\w-]{1,64})\.([0-9a-f]{24})\.[\w-]{43}$/.exec(state)
  const [, issuerId, uid, providerId] = parts ?? []
  if (issuerId === undefined || uid === undefined || providerId === undefined) return undefined
  return { issuerId, uid, providerId }
}

async function find({ context }: Asked, id: string): Promise<SignInProvider | undefined> {
  const all = await signInProviders(context.authority, context.organizationId)
  return all.find(({ provider }) => provider.id === id)
}

async function secretsOf({ context, tokens, uid }: Asked, id: string, random: string): Promise<Secrets> {
  const make = (purpose: string) => tokens.make(purpose, context.issuerId, uid, id, random)
  return {
    state: `${context.issuerId}.${uid}.${id}.${await make('provider state')}`,
    nonce: await make('provider nonce'),
    verifier: await make('provider verifier'),
  }
}

/** `Lax`, because the way back begins at the provider's site. */
function cookieOf({ context, path }: Asked, value: string, age: number): string {
  const secure = context.issuer.startsWith('https:') ? '; Secure' : ''
  return `${COOKIE}=${value}; Path=${path}; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`
}

function randomIn(cookies: string | undefined): string {
  const found = (cookies ?? '').split('; ').find((cookie) => cookie.startsWith(`${COOKIE}=`))
  return found?.slice(COOKIE.length + 1) ?? ''
}

/** What the page offers. */
export async function providersFor(
  context: IssuerContext,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const all = await signInProviders(context.authority, context.organizationId)
  return all.map(({ provider: { id, displayName: name } }) => ({ id, name }))
}
