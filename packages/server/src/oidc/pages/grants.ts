import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import { currentRequest } from '../request.ts'
import { type Allowed, findConsent, keepConsent } from './consents.ts'

/**
 * The library's Grant for an authorization request: the one of this session, or a new one with what needs no asking:
 * everything for an application that is trusted, what the user has allowed before for any other. What it lacks, the
 * consent page asks for.
 *
 * A grant belongs to its session, so that revoking one session leaves the tokens of another alone; what is
 * remembered between sessions is the consent.
 */
export async function grantFor(context: IssuerContext, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, account, provider, result } = ctx.oidc
  if (client === undefined || session === undefined || account === undefined) return undefined
  const { accountId } = account
  const { clientId } = client
  const id = result?.consent?.grantId ?? session.grantIdFor(clientId)
  const found = id === undefined ? undefined : await provider.Grant.find(id)
  const known = found?.accountId === accountId && found.clientId === clientId ? found : undefined
  const allowed = currentRequest().client?.isTrusted
    ? askedFor(ctx)
    : known === undefined
      ? await findConsent(context, accountId, clientId)
      : undefined
  if (allowed === undefined) return known
  const grant = known ?? new provider.Grant({ accountId, clientId })
  if (!allow(grant, allowed)) return known
  if (!currentRequest().client?.isTrusted) await keepConsent(context, accountId, clientId, allowed)
  await grant.save()
  return grant
}

/** Adds to a grant. @returns false where it had all of that */
export function allow(grant: Grant, { openid, resources }: Allowed): boolean {
  const before = new Set(grant.getOIDCScope().split(' '))
  let isMore = openid.some((scope) => !before.has(scope))
  if (openid.length > 0) grant.addOIDCScope([...openid])
  for (const [api, scopes] of resources) {
    const had = new Set(grant.getResourceScope(api).split(' '))
    isMore ||= scopes.some((scope) => !had.has(scope))
    if (scopes.length > 0) grant.addResourceScope(api, [...scopes])
  }
  return isMore
}

/** All that the request asks for and that there is. */
function askedFor({ oidc }: KoaContextWithOIDC): Allowed {
  const resources = Object.entries(oidc.resourceServers ?? {}).map(([api, { scopes }]) => {
    const offered: ReadonlySet<string> = new Set(scopes)
    return [api, [...oidc.requestParamScopes].filter((scope) => offered.has(scope))] as const
  })
  return { openid: [...oidc.requestParamOIDCScopes], resources: new Map(resources) }
}
