import type { Adapter, AdapterPayload } from 'oidc-provider'
import { insertOidcRecordOnce } from '../../store/queries/oidc-records.ts'
import { handleOf } from '../../tokens/handle.ts'
import { currentRequest } from '../request.ts'
import type { IssuerContext } from './issuer-context.ts'

/** Milliseconds for which an id is remembered: longer than any assertion or proof is accepted. */
const REMEMBERED = 24 * 3_600_000

const MODEL = 'ReplayDetection'

/**
 * Assertion ids and DPoP proofs that have been used (RFC 7523 section 3, RFC 9449 section 11.1). The library looks
 * first and saves afterwards, which lets two racing requests both pass; so the look itself is the insert, and the
 * database decides which of them came first. Where it cannot decide, the request fails.
 */
export class ReplayAdapter implements Adapter {
  readonly #context: IssuerContext

  constructor(context: IssuerContext) {
    this.#context = context
  }

  /** Nothing where the id is new, and now taken; otherwise a record that tells the library so. */
  async find(id: string): Promise<AdapterPayload | undefined> {
    const { authority, organizationId, issuerId } = this.#context
    const { place } = currentRequest()
    const now = authority.clock.now()
    const isNew = await authority.store.write({ organizationId }, (tx) =>
      insertOidcRecordOnce(tx, {
        issuer_id: issuerId,
        model: MODEL,
        handle: handleOf(id),
        user_code: null,
        uid: null,
        user_id: null,
        client_id: null,
        session_id: null,
        grant_id: null,
        assertion_key: null,
        identity_provider: null,
        incarnation: place.incarnation,
        seq: place.seq,
        payload: '{}',
        created_at: now,
        expires_at: now + REMEMBERED,
      }),
    )
    return isNew ? undefined : { jti: id, kind: MODEL }
  }

  /** The row is there already. Assertions that live longer than it are refused (`client-assertion.ts`). */
  async upsert(): Promise<void> {}

  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async destroy(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
}
