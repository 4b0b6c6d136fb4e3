import { type Actor, type Authority, entryActor } from '../authority/index.ts'
import { append } from '../log/index.ts'
import type { Tables, WriteTx } from '../store/index.ts'
import { insertOidcRecordOnce } from '../store/queries/oidc-records.ts'
import { findToken, findTokenByHandle } from '../store/queries/tokens.ts'
import { handleOf } from '../tokens/handle.ts'
import { readPresented } from '../tokens/presented.ts'
import { recordRevocation } from './record.ts'
import type { PlainTarget } from './target.ts'

/** A client that asks its authorization server to forget a token. */
export interface RevokingClient {
  readonly clientId: string
  readonly label: string
  readonly organizationId: string
  /** The authorization server that it asks. */
  readonly issuerId: string
}

/**
 * Revokes a token that a client presents (RFC 7009 section 2.1): an access token by itself, a refresh token with
 * all of its family, so that the access tokens that came of it die too. What is unknown, expired, revoked, of
 * another authorization server or of another client is left as it is, and the caller is not told which; an attempt
 * on another client's token is an entry in the log. Every case is one transaction.
 */
export async function revokeByClient(
  authority: Authority,
  client: RevokingClient,
  presented: string,
): Promise<void> {
  const { organizationId, issuerId, clientId } = client
  const name = readPresented(presented)
  const actor = actorOf(client)
  await authority.store.write(
    { organizationId },
    async (tx) => {
      const row = 'jti' in name ? await findToken(tx, name.jti) : await findTokenByHandle(tx, name.handle)
      if (row === undefined || row.issuer_id !== issuerId) return
      if (row.expires_at <= authority.clock.now()) return
      if (row.client_id !== clientId) await noteAttempt(authority, tx, actor, row)
      else
        await recordRevocation(authority, tx, actor, targetOf(row), {
          code: 'requested',
          cause: 'token.revoked_by_client',
        })
    },
    'urgent',
  )
}

function targetOf({ kind, id, grant_id: grant, expires_at: expires }: Tables['tokens']): PlainTarget {
  return kind === 'refresh' && grant !== null
    ? { type: 'grant', grant, expires }
    : { type: 'token', token: id, class: kind, expires }
}

/** One entry for each pair of client and token, however often it is tried. */
async function noteAttempt(
  { clock }: Authority,
  tx: WriteTx,
  actor: Actor,
  row: Tables['tokens'],
): Promise<void> {
  const at = clock.now()
  const isFirst = await insertOidcRecordOnce(tx, {
    issuer_id: row.issuer_id,
    model: 'RefusedRevocation',
    handle: handleOf(`${actor.id} ${row.id}`),
    user_code: null,
    uid: null,
    user_id: null,
    client_id: actor.id,
    session_id: null,
    grant_id: null,
    assertion_key: null,
    identity_provider: null,
    incarnation: row.incarnation,
    seq: row.seq,
    payload: '{}',
    created_at: at,
    expires_at: row.expires_at,
  })
  if (!isFirst) return
  const subject = { token: row.id, client: row.client_id }
  await append(
    tx,
    { kind: 'revocation.refused', subject, actor: entryActor(actor), cause: 'token.of_another_client' },
    at,
  )
}

function actorOf({ clientId, label, organizationId }: RevokingClient): Actor {
  return { type: 'client', id: clientId, name: label, organizationId, roles: new Set() }
}
