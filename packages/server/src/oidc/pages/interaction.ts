import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Interaction, type Provider } from 'oidc-provider'
import { findUser } from '../../store/queries/users.ts'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { organizationName } from './answers.ts'
import type { FormTokens } from './form-tokens.ts'
import { formTarget } from './page.ts'
import type { Missing } from './scope-words.ts'

/** The question that the library has put to a person, found by the cookie of the browser that it was put to. */
export interface Question {
  readonly interaction: Interaction
  readonly kind: 'login' | 'consent'
  readonly organization: string
  readonly application: string
  readonly action: string
  /** Binds a form to this question, which this browser alone has. */
  readonly token: string
  readonly formTargets: readonly string[]
  readonly destination: string | undefined
}

const FORM = 'interaction'

/**
 * @param uid from the path: the cookie, which is for this path only, has to name the same
 * @returns undefined where there is no such question any more, or it rests on what has been revoked
 */
export async function findQuestion(
  context: IssuerContext,
  provider: Provider,
  tokens: FormTokens,
  { request, response, uid }: { request: IncomingMessage; response: ServerResponse; uid: string },
): Promise<Question | undefined> {
  const interaction = await find(provider, request, response)
  if (interaction?.uid !== uid) return undefined
  const { prompt, params } = interaction
  const kind = prompt.name
  const client = await provider.Client.find(text(params.client_id))
  if (client === undefined || (kind !== 'login' && kind !== 'consent')) return undefined
  const redirectUri = text(params.redirect_uri)
  const target = formTarget(redirectUri)
  return {
    interaction,
    kind,
    organization: await organizationName(context),
    application: client.clientName ?? client.clientId,
    action: new URL(request.url ?? '/', context.issuer).pathname,
    token: await tokens.make(FORM, uid, kind),
    formTargets: target === undefined ? [] : [target],
    destination: target === undefined ? undefined : URL.parse(redirectUri)?.host || target,
  }
}

export function isOwnForm(tokens: FormTokens, question: Question, presented: string): Promise<boolean> {
  return tokens.isGood(presented, FORM, question.interaction.uid, question.kind)
}

async function find(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Interaction | undefined> {
  try {
    return await provider.interactionDetails(request, response)
  } catch (failure) {
    if (failure instanceof errors.SessionNotFound) return undefined
    throw failure
  }
}

/** What the library found to be missing from what was allowed so far. */
export function missingOf({ prompt: { details } }: Interaction): Missing {
  const { missingOIDCScope, missingResourceScopes } = details
  const resources =
    typeof missingResourceScopes === 'object' && missingResourceScopes !== null
      ? Object.entries(missingResourceScopes)
      : []
  return {
    openid: texts(missingOIDCScope),
    resources: Object.fromEntries(resources.map(([api, scopes]) => [api, texts(scopes)])),
  }
}

/** The login to begin with: what the client hints at (OpenID Connect Core section 3.1.2.1), else who is signed in. */
export async function suggestedLogin(context: IssuerContext, interaction: Interaction): Promise<string> {
  const hint = text(interaction.params.login_hint)
  if (hint !== '') return hint.length <= 256 ? hint : ''
  return loginOf(context, interaction.session?.accountId)
}

/** The login of whoever is signed in. */
export async function loginOf(
  { authority, organizationId }: IssuerContext,
  userId: string | undefined,
): Promise<string> {
  if (userId === undefined) return ''
  const row = await authority.store.read({ organizationId }, (tx) => findUser(tx, userId))
  return row?.login ?? ''
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
