import { sql } from 'kysely'
import { unindexedText, unindexedTime } from './planning.ts'
import { organizationOf, type ReadTx } from './store.ts'
import type { Tokens } from './tables/tokens.ts'

/** Which tokens a list asks for; members left out do not narrow it. */
export interface TokenFilter {
  readonly id?: string
  readonly user?: string
  readonly client?: string
  readonly api?: string
  readonly issuer?: string
  readonly grant?: string
  readonly origin?: string
  readonly session?: string
  /** Thumbprint of the key that signed it, or of the client's key that obtained it. */
  readonly key?: string
  /** The ids of the providers through one of which its user signed in. */
  readonly identityProviders?: readonly string[]
  readonly kind?: Tokens['kind']
  /** Milliseconds: issued at or after this, and before that. */
  readonly issuedFrom?: number
  readonly issuedBefore?: number
  /** Only tokens whose position is not below this place: a cutoff there has voided the others. */
  readonly from?: { readonly incarnation: number; readonly seq: number }
  /** Only tokens whose position is below this place: those that a cutoff there voids. */
  readonly before?: { readonly incarnation: number; readonly seq: number }
  /** Only what belongs to a refresh-token family. */
  readonly inFamily?: boolean
  /** Milliseconds: only tokens that expire later than this. */
  readonly liveAt?: number
}

/** The rows that a filter means, before anything is chosen of them. */
export function matchingTokens(tx: ReadTx, filter: TokenFilter) {
  const { key, from, before } = filter
  let query = tx.db.selectFrom('tokens').where('organization_id', '=', organizationOf(tx))
  if (filter.id !== undefined) query = query.where('id', '=', filter.id)
  if (filter.user !== undefined) query = query.where('user_id', '=', filter.user)
  // The narrowest of what is named is what to find rows by: a user has few tokens, an application or an API may have
  // millions, and a server nearly all.
  const ofFew = [filter.user, filter.grant, filter.origin, filter.session].some((one) => one !== undefined)
  const ofMany = filter.client !== undefined || filter.api !== undefined
  const many = ofFew ? unindexedText : sql.ref<string>
  if (filter.client !== undefined) query = query.where(many('client_id'), '=', filter.client)
  if (filter.api !== undefined) query = query.where(many('api'), '=', filter.api)
  const most = ofFew || ofMany ? unindexedText : sql.ref<string>
  if (filter.issuer !== undefined) query = query.where(most('issuer_id'), '=', filter.issuer)
  if (filter.grant !== undefined) query = query.where('grant_id', '=', filter.grant)
  if (filter.origin !== undefined) query = query.where('origin', '=', filter.origin)
  if (filter.session !== undefined) query = query.where('session_id', '=', filter.session)
  if (filter.identityProviders !== undefined)
    query = query.where('identity_provider', 'in', filter.identityProviders)
  if (key !== undefined)
    query = query.where((row) => row.or([row('signing_key', '=', key), row('assertion_key', '=', key)]))
  if (from !== undefined)
    query = query.where((row) =>
      row(row.refTuple('incarnation', 'seq'), '>=', row.tuple(from.incarnation, from.seq)),
    )
  if (before !== undefined)
    query = query.where((row) =>
      row(row.refTuple('incarnation', 'seq'), '<', row.tuple(before.incarnation, before.seq)),
    )
  if (filter.inFamily) query = query.where('grant_id', 'is not', null)
  // Half the ledger is of one kind, and nearly all of it is live: neither is a way to find a row.
  if (filter.kind !== undefined) query = query.where(unindexedText('kind'), '=', filter.kind)
  if (filter.issuedFrom !== undefined) query = query.where('issued_at', '>=', filter.issuedFrom)
  if (filter.issuedBefore !== undefined) query = query.where('issued_at', '<', filter.issuedBefore)
  if (filter.liveAt !== undefined) query = query.where(unindexedTime('expires_at'), '>', filter.liveAt)
  return query
}

/** Where the page before ended. */
export interface TokenCursor {
  readonly issuedAt: number
  readonly id: string
}

/** The same rows, newest first, behind a cursor: an index of what the filter names has them in this order. */
export function tokensInOrder(tx: ReadTx, filter: TokenFilter, limit: number, after?: TokenCursor) {
  let query = matchingTokens(tx, filter)
  if (after !== undefined)
    // As a tuple: an OR would make both databases read the pages before once more.
    query = query.where((row) =>
      row(row.refTuple('issued_at', 'id'), '<', row.tuple(after.issuedAt, after.id)),
    )
  return query.orderBy('issued_at', 'desc').orderBy('id', 'desc').limit(limit)
}
