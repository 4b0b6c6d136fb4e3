import type { Tables } from '../store/index.ts'
import type { Artefact } from './judge.ts'
import type { Subjects } from './stamp.ts'

type Row = Tables['tokens']

/** Whom a token of the ledger is subject to. */
export function rowSubjects(row: Row): Subjects {
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
export function rowArtefact(row: Row, issuer: string): Artefact {
  return {
    class: row.kind,
    id: row.id,
    issuer,
    stamp: { place: { incarnation: row.incarnation, seq: row.seq }, subjects: rowSubjects(row) },
    ...(row.signing_key === null ? {} : { signingKey: row.signing_key }),
  }
}
