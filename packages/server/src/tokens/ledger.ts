import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { ReadTx, Tables } from '../store/index.ts'
import { listTokenFacts, listTokens, type TokenFacts } from '../store/queries/tokens.ts'
import type { TokenCursor, TokenFilter } from '../store/token-filter.ts'
import type { Artefact } from './judge.ts'
import type { Subjects } from './stamp.ts'

type Row = Tables['tokens']

/** Whom a token of the ledger is subject to. */
export function rowSubjects(row: TokenFacts): Subjects {
  return {
    ...(row.user_id === null ? {} : { user: row.user_id }),
    client: row.client_id,
    ...(row.grant_id === null ? {} : { grant: row.grant_id }),
    ...(row.session_id === null ? {} : { session: row.session_id }),
    ...(row.api === null ? {} : { resource: row.api }),
    ...(row.assertion_key === null ? {} : { assertionKey: row.assertion_key }),
    ...(row.identity_provider === null ? {} : { identityProvider: row.identity_provider }),
  }
}

/**
 * A token of the ledger as standing sees it.
 *
 * @param issuer the `iss` of the authorization server that the row names
 */
export function rowArtefact(row: TokenFacts, issuer: string): Artefact {
  return {
    class: row.kind,
    id: row.id,
    issuer,
    stamp: { place: { incarnation: row.incarnation, seq: row.seq }, subjects: rowSubjects(row) },
    ...(row.signing_key === null ? {} : { signingKey: row.signing_key }),
  }
}

/** Every matching row, newest first, a page at a time: for what has to judge each of them. */
export function scanTokens(tx: ReadTx, filter: TokenFilter, page: number): AsyncGenerator<Row[]> {
  return inPages((after) => listTokens(tx, filter, page, after))
}

/** Rows between two turns of the event loop: some milliseconds. */
const AT_ONCE = 1_000

/**
 * The same for what has to look at very many: of each row no more than it takes to count and judge it, and between
 * pages everybody else has a turn. A count by the database itself would be quicker, and with the embedded one it would
 * hold up the whole authority for seconds.
 */
export async function* scanTokenFacts(tx: ReadTx, filter: TokenFilter): AsyncGenerator<TokenFacts[]> {
  for await (const page of inPages((after) => listTokenFacts(tx, filter, AT_ONCE, after))) {
    yield page
    await yieldToOthers()
  }
}

async function* inPages<Each extends Pick<Row, 'issued_at' | 'id'>>(
  read: (after: TokenCursor | undefined) => Promise<Each[]>,
): AsyncGenerator<Each[]> {
  let after: TokenCursor | undefined
  for (;;) {
    const rows = await read(after)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = { issuedAt: last.issued_at, id: last.id }
  }
}
