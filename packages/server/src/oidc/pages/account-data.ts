import { findIssuer } from '../../directory/issuer.ts'
import type { ReadTx } from '../../store/index.ts'
import { findApplicationByClientId } from '../../store/queries/applications.ts'
import { listOidcRecordsOfUser } from '../../store/queries/oidc-records.ts'
import { listClientsOfUser } from '../../store/queries/session-clients.ts'
import { listTokens } from '../../store/queries/tokens.ts'
import type { OidcRecords } from '../../store/tables/oidc-records.ts'
import type { Tokens } from '../../store/tables/tokens.ts'
import { rowArtefact } from '../../tokens/ledger.ts'
import type { IssuerContext } from '../adapter/issuer-context.ts'
import type { ShownApplication, ShownSession } from './account-page.ts'
import { CONSENT_MODEL, readConsent } from './consents.ts'

/** More than these a page does not show; revoking covers them all the same. */
const MOST_CLIENTS = 200
const MOST_TOKENS = 100

/** The organization, and what is known of it now. */
type Surroundings = Pick<IssuerContext, 'authority' | 'organizationId' | 'judge'>

/** The user's live sessions, judged at the newest knowledge. */
export function sessionsOf(
  { authority, organizationId, judge }: Surroundings,
  userId: string,
  thisSid: string,
): Promise<ShownSession[]> {
  const now = authority.clock.now()
  return authority.store.read({ organizationId }, async (tx) => {
    const shown: ShownSession[] = []
    for (const row of await listOidcRecordsOfUser(tx, 'Session', userId, now)) {
      const { uid } = row
      if (uid === null || !judge.isGood({ class: 'session', id: uid, stamp: stampOf(row) })) continue
      const [newest] = await listTokens(tx, { session: uid }, 1)
      shown.push({
        sid: uid,
        signedInAt: row.created_at,
        expiresAt: row.expires_at,
        isThis: uid === thisSid,
        ip: newest?.ip ?? null,
        userAgent: newest?.user_agent ?? null,
      })
    }
    return shown.sort((one, other) => Number(other.isThis) - Number(one.isThis))
  })
}

/** The applications that may act for the user now: by what was allowed, or by a token that is good. */
export function applicationsOf(context: Surroundings, userId: string): Promise<ShownApplication[]> {
  const { authority, organizationId } = context
  const now = authority.clock.now()
  return authority.store.read({ organizationId }, async (tx) => {
    const consents = await listOidcRecordsOfUser(tx, CONSENT_MODEL, userId, now)
    const clients = new Set(await listClientsOfUser(tx, userId, now, MOST_CLIENTS))
    for (const { client_id } of consents) if (client_id !== null) clients.add(client_id)
    const shown: ShownApplication[] = []
    for (const clientId of clients) {
      const application = await findApplicationByClientId(tx, clientId)
      if (application === undefined) continue
      const own = consents.filter(({ client_id }) => client_id === clientId)
      const scopes = await allowedScopes(context, tx, own)
      const tokens = await listTokens(tx, { user: userId, client: clientId, liveAt: now }, MOST_TOKENS)
      const good = await countGood(context, tx, tokens)
      if (good > 0 || scopes.length > 0)
        shown.push({ clientId, label: application.label, scopes, tokens: good })
    }
    return shown.sort((one, other) => one.label.localeCompare(other.label))
  })
}

async function allowedScopes(
  context: Surroundings,
  tx: ReadTx,
  rows: readonly OidcRecords[],
): Promise<string[]> {
  const scopes = new Set<string>()
  for (const row of rows) {
    const issuer = await findIssuer(context.authority, tx, row.issuer_id)
    if (issuer === undefined) continue
    if (!context.judge.isGood({ class: 'grant', issuer: issuer.url, stamp: stampOf(row) })) continue
    const { openid, resources } = readConsent(row.payload)
    for (const scope of [...openid, ...[...resources.values()].flat()]) scopes.add(scope)
  }
  return [...scopes]
}

async function countGood(context: Surroundings, tx: ReadTx, tokens: readonly Tokens[]): Promise<number> {
  let good = 0
  for (const token of tokens) {
    const issuer = await findIssuer(context.authority, tx, token.issuer_id)
    const isExchanged = token.consumed_at !== null
    if (issuer !== undefined && !isExchanged && context.judge.isGood(rowArtefact(token, issuer.url)))
      good += 1
  }
  return good
}

function stampOf({ incarnation, seq, user_id, client_id, session_id }: OidcRecords) {
  return {
    place: { incarnation, seq },
    subjects: {
      ...(user_id === null ? {} : { user: user_id }),
      ...(client_id === null ? {} : { client: client_id }),
      ...(session_id === null ? {} : { session: session_id }),
    },
  }
}
