import type { Authority } from '../authority/index.ts'
import { findIssuer } from '../directory/issuer.ts'
import type { ReadTx } from '../store/index.ts'
import { listIssuerIds } from '../store/queries/issuers.ts'
import type { TokenFilter } from '../store/token-filter.ts'
import type { RevocableTarget, Target } from './target.ts'

/**
 * Which rows of the ledger a revocation of the target covers, before their positions are asked.
 *
 * @param issuerId of an authorization server that is the target
 */
export function covered(target: RevocableTarget, issuerId: string): TokenFilter {
  switch (target.type) {
    case 'token':
      return { id: target.token }
    case 'grant':
      return { grant: target.grant }
    case 'session':
      return { session: target.session }
    case 'user':
      return { user: target.user }
    case 'application':
      return { client: target.client }
    case 'user_application':
      return { user: target.user, client: target.client }
    case 'api':
      return { api: target.resource }
    case 'authorization_server':
      return { issuer: issuerId }
    case 'key':
      return { key: target.key }
    case 'refresh': {
      const { client } = target
      if ('issuer' in target) return { client, issuer: issuerId, inFamily: true }
      return { client, inFamily: true, ...(target.user === undefined ? {} : { user: target.user }) }
    }
    case 'organization':
      return {}
    case 'identity_provider':
      return { identityProviders: target.providers ?? [target.identity_provider] }
  }
}

/**
 * The same, with the id of an issuer that is the target: the ledger names issuers by id, the log by `iss`.
 *
 * @returns `undefined` where the organization no longer has the issuer
 */
export async function coveredRows(
  authority: Authority,
  tx: ReadTx,
  target: RevocableTarget,
): Promise<TokenFilter | undefined> {
  if (!('issuer' in target) || target.type === 'key' || target.type === 'identity_provider')
    return covered(target, '')
  for (const id of await listIssuerIds(tx))
    if ((await findIssuer(authority, tx, id))?.url === target.issuer) return covered(target, id)
  return undefined
}

/** The same as a sentence that a person can check, for the preview. */
export function predicate(target: Target): string {
  switch (target.type) {
    case 'token':
      return `the token ${target.token}, at any position`
    case 'grant':
      return `every token of the refresh-token family ${target.grant}, at any position`
    case 'session':
      return `the session ${target.session} and every token that carries it, at any position`
    case 'user':
      return `every token, code, consent and session of user ${target.user} issued before this revocation`
    case 'application':
      return `every token and code of client ${target.client} issued before this revocation`
    case 'user_application':
      return `every token and code of user ${target.user} at client ${target.client} issued before this revocation`
    case 'api':
      return `every token for ${target.resource} issued before this revocation`
    case 'authorization_server':
      return `every token of ${target.issuer} issued before this revocation`
    case 'key':
      return `everything that the key ${target.key} signed or obtained, whatever it claims, for ever`
    case 'organization':
      return `every token, code, consent and session of the organization issued before this revocation`
    case 'identity_provider':
      return `everything that ${target.issuer} signed until now, and every token, code, consent and session that came of a sign-in through it`
  }
}
