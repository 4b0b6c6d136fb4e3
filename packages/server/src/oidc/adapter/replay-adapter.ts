import type { Adapter, AdapterPayload } from 'oidc-provider'
import { useOnce } from '../../tokens/replay.ts'
import { currentRequest } from '../request.ts'
import type { IssuerContext } from './issuer-context.ts'

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
    const request = currentRequest()
    if (request.maySpendAgain(id)) return undefined
    const isNew = await useOnce({ ...this.#context, place: request.place }, id)
    if (!isNew) return { jti: id, kind: 'ReplayDetection' }
    request.spend(id)
    return undefined
  }

  /** The row is there already. Assertions that live longer than it are refused (`client-assertion.ts`). */
  async upsert(): Promise<void> {}

  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async destroy(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
}
