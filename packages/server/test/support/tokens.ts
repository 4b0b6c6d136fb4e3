import { type Authority, newId } from '../../src/authority/index.ts'
import { Knowledge, Tail } from '../../src/log/index.ts'
import { saveOidcRecord } from '../../src/store/queries/oidc-records.ts'
import { findToken } from '../../src/store/queries/tokens.ts'
import { handleOf } from '../../src/tokens/handle.ts'
import { newTokenId, recordToken } from '../../src/tokens/issue.ts'
import { judgeOver } from '../../src/tokens/judging.ts'
import { rowArtefact } from '../../src/tokens/ledger.ts'

/** What a test says of a token; the rest is as an issuer would have it. */
export interface TokenParts {
  readonly kind?: 'access' | 'refresh'
  readonly format?: 'jwt' | 'opaque' | 'encrypted'
  readonly client: string
  readonly user?: string
  readonly grant?: string
  readonly session?: string
  readonly api?: string
  readonly issuerId?: string
  readonly scopes?: string
  /** Milliseconds. */
  readonly lifetime?: number
}

export interface RecordParts {
  readonly model: 'Session' | 'Grant'
  readonly user: string
  readonly client?: string
  readonly uid?: string
  readonly issuerId?: string
  readonly payload?: object
  /** Milliseconds. */
  readonly lifetime?: number
}

/** Issues through the ledger and judges by what is known, as the endpoints do, without the flows before them. */
export interface TestIssuer {
  readonly knowledge: Knowledge
  issue(organizationId: string, parts: TokenParts): Promise<string>
  /** A refresh token and the access token that came with it. */
  family(
    organizationId: string,
    parts: TokenParts,
  ): Promise<{ grant: string; refresh: string; access: string }>
  record(organizationId: string, parts: RecordParts): Promise<string>
  isGood(organizationId: string, tokenId: string): Promise<boolean>
  isSessionGood(organizationId: string, sid: string): Promise<boolean>
  close(): void
}

export function openTestIssuer(authority: Authority): TestIssuer {
  const tail = new Tail(authority.store)
  const knowledge = new Knowledge({
    store: authority.store,
    tail,
    onDiverged: async () => {},
    onTrouble: () => undefined,
  })
  const issuerUrl = (id: string | undefined) => `${authority.publicUrl}/oauth2/${id ?? 'default'}`

  async function issue(organizationId: string, parts: TokenParts): Promise<string> {
    const index = await knowledge.confirm(organizationId)
    const { incarnation, seq } = index.position
    const id = newTokenId()
    const now = authority.clock.now()
    const { kind = 'access', format = 'opaque', client, user, grant, session, api } = parts
    const good = await recordToken(authority, organizationId, judgeOver(index), id, {
      kind,
      format,
      ...(format === 'jwt' ? {} : { handle: handleOf(id) }),
      issuerId: parts.issuerId ?? organizationId,
      issuer: issuerUrl(parts.issuerId),
      scopes: parts.scopes ?? 'openid offline_access',
      issuedAt: now,
      expiresAt: now + (parts.lifetime ?? 3_600_000),
      ip: '192.0.2.1',
      userAgent: 'test',
      details: '{}',
      stamp: {
        place: { incarnation, seq },
        subjects: {
          client,
          ...(user !== undefined && { user }),
          ...(grant !== undefined && { grant }),
          ...(session !== undefined && { session }),
          ...(api !== undefined && { resource: api }),
        },
      },
    })
    if (!good) throw new Error('the token was born void')
    return id
  }

  return {
    knowledge,
    issue,
    async family(organizationId, parts) {
      const grant = newId('oag')
      const refresh = await issue(organizationId, { ...parts, kind: 'refresh', grant })
      return { grant, refresh, access: await issue(organizationId, { ...parts, kind: 'access', grant }) }
    },
    async record(organizationId, parts) {
      const { position } = await knowledge.confirm(organizationId)
      const now = authority.clock.now()
      const handle = handleOf(newTokenId())
      await authority.store.write({ organizationId }, (tx) =>
        saveOidcRecord(tx, {
          issuer_id: parts.issuerId ?? '',
          model: parts.model,
          handle,
          user_code: null,
          uid: parts.uid ?? null,
          user_id: parts.user,
          client_id: parts.client ?? null,
          session_id: parts.uid ?? null,
          grant_id: null,
          assertion_key: null,
          identity_provider: null,
          incarnation: position.incarnation,
          seq: position.seq,
          payload: JSON.stringify(parts.payload ?? {}),
          created_at: now,
          expires_at: now + (parts.lifetime ?? 3_600_000),
        }),
      )
      return handle
    },
    async isGood(organizationId, tokenId) {
      const index = await knowledge.confirm(organizationId)
      const row = await authority.store.read({ organizationId }, (tx) => findToken(tx, tokenId))
      if (row === undefined) throw new Error('the ledger has no such token')
      const url = row.issuer_id === organizationId ? undefined : row.issuer_id
      return judgeOver(index).isGood(rowArtefact(row, issuerUrl(url)))
    },
    async isSessionGood(organizationId, sid) {
      const index = await knowledge.confirm(organizationId)
      const { incarnation, seq } = index.position
      // At the newest position only what ended by name is void: what a cutoff did is seen by what it left behind.
      const stamp = { place: { incarnation, seq }, subjects: { session: sid } }
      return judgeOver(index).isGood({ class: 'session', id: sid, stamp })
    },
    close() {
      knowledge.close()
      tail.close()
    },
  }
}
