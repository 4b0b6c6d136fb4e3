import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { Tables } from '../../store/index.ts'
import { consumeToken, findTokenByHandle } from '../../store/queries/tokens.ts'
import { handleOf } from '../../tokens/handle.ts'
import { newTokenId, recordToken } from '../../tokens/issue.ts'
import { rowArtefact, rowSubjects } from '../../tokens/ledger.ts'
import type { Subjects } from '../../tokens/stamp.ts'
import { bornVoid, judgeSession } from '../access-tokens.ts'
import { currentRequest } from '../request.ts'
import { takeBackExchange } from './exchange.ts'
import { keepGoodResources, onlyResource } from './good-resources.ts'
import type { IssuerContext } from './issuer-context.ts'
import { readPayload } from './payload.ts'

/**
 * For this long after a refresh token was exchanged, in milliseconds, its reappearance is taken for a race of one
 * client with itself: refused, and to be repeated with the successor. Later it is a stolen copy.
 */
const RACE_WINDOW = 5_000

type Row = Tables['tokens']

/**
 * Keeps the library's opaque tokens in the ledger: access tokens by value, client-credentials tokens, refresh
 * tokens. (A JWT never comes here: its row is written where it is signed.)
 */
export class LedgerAdapter implements Adapter {
  readonly #context: IssuerContext
  readonly #kind: Row['kind']

  constructor(context: IssuerContext, kind: Row['kind']) {
    this.#context = context
    this.#kind = kind
  }

  /** @throws InvalidGrant where the token was born void */
  async upsert(value: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { authority, organizationId, issuerId, issuer, judge } = this.#context
    const request = currentRequest()
    const { jti, consumed, ...details } = payload
    const stamp = request.stamp(tokenSubjects(payload, request.family))
    const now = authority.clock.now()
    const good = await recordToken(authority, organizationId, judge, newTokenId(), {
      kind: this.#kind,
      format: 'opaque',
      handle: handleOf(value),
      issuerId,
      issuer,
      scopes: payload.scope ?? '',
      ...(request.origin === undefined ? {} : { origin: request.origin }),
      issuedAt: now,
      expiresAt: now + expiresIn * 1000,
      ip: request.source.ip,
      userAgent: request.source.userAgent,
      details: JSON.stringify(details),
      stamp,
    })
    if (!good) throw bornVoid(request)
    judgeSession(judge, request, stamp)
    request.issuing({ class: this.#kind, issuer, stamp })
  }

  /** @throws TemporarilyUnavailable for a refresh token that another request is exchanging right now */
  async find(value: string): Promise<AdapterPayload | undefined> {
    const { authority, organizationId, issuerId, issuer, judge } = this.#context
    const row = await authority.store.read({ organizationId }, (tx) => findTokenByHandle(tx, handleOf(value)))
    if (row === undefined || row.kind !== this.#kind || row.issuer_id !== issuerId) return undefined
    const now = authority.clock.now()
    const artefact = rowArtefact(row, issuer)
    if (row.expires_at <= now || !judge.isGood(artefact)) return undefined
    const payload = readPayload(row.details)
    if (!keepGoodResources(payload, judge, artefact)) return undefined
    if (row.consumed_at !== null && now - row.consumed_at < RACE_WINDOW) throw beingExchanged()
    const request = currentRequest()
    // The access tokens that a refresh token brings may be for another API than the one before.
    const { resource, ...subjects } = rowSubjects(row)
    request.relyOn(subjects)
    if (row.grant_id !== null) request.exchanging(row.origin ?? row.grant_id, row.grant_id)
    payload.jti = value
    if (row.consumed_at !== null) payload.consumed = Math.floor(row.consumed_at / 1000)
    return payload
  }

  /** @throws TemporarilyUnavailable where another request was first: it has the one successor */
  async consume(value: string): Promise<void> {
    const { authority, organizationId } = this.#context
    const now = authority.clock.now()
    const consumed = await authority.store.write({ organizationId }, async (tx) => {
      const row = await findTokenByHandle(tx, handleOf(value))
      return row !== undefined && (await consumeToken(tx, row.id, now))
    })
    if (!consumed) throw beingExchanged()
  }

  /** The library does this with what was used twice, beside `revokeByGrantId`, which says it in the log. */
  async destroy(): Promise<void> {}

  /**
   * The library asks for this when a code or a refresh token comes back after it was exchanged (RFC 6749 section
   * 10.5, RFC 9700 section 4.14.2). The grant that it names is a consent; what is revoked is the token family.
   */
  async revokeByGrantId(): Promise<void> {
    if (this.#kind === 'refresh') await takeBackExchange(this.#context, currentRequest())
  }

  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
}

function beingExchanged(): Error {
  return new errors.TemporarilyUnavailable('the refresh token has just been exchanged: use its successor')
}

/** Whom a token names itself, beside what its request relied on. */
function tokenSubjects(payload: AdapterPayload, family: string | undefined): Subjects {
  const resource = typeof payload.aud === 'string' ? payload.aud : onlyResource(payload)
  return {
    ...(payload.accountId === undefined ? {} : { user: payload.accountId }),
    ...(payload.clientId === undefined ? {} : { client: payload.clientId }),
    ...(payload.sessionUid === undefined ? {} : { session: payload.sessionUid }),
    ...(resource === undefined ? {} : { resource }),
    ...(family === undefined ? {} : { grant: family }),
  }
}
