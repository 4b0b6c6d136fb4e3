import type { LogIndex } from '@rescind/core/log'
import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { ClientJwks } from '../keys/client-jwks/client-jwks.ts'
import { verifyingIssuer } from '../keys/issuer-keys.ts'
import type { VerifyingKeys } from '../keys/verifying-keys.ts'
import type { Knowledge } from '../log/index.ts'
import { SYSTEM } from '../store/index.ts'
import { organizationOfIssuer } from '../store/queries/issuers.ts'

/** An issuer and the newest knowledge by which its tokens are judged for one request. */
export interface KnownIssuer {
  readonly authority: Authority
  readonly organizationId: string
  readonly issuerId: string
  /** The `iss` of its tokens. */
  readonly url: string
  readonly keys: VerifyingKeys
  /** What clients publish at their `jwks_uri`. */
  readonly clientJwks: ClientJwks
  /** At the head of the log, or past it, as of after the request came. */
  readonly index: LogIndex
}

/** Issuers whose organization is remembered at once: it never changes. */
const MOST_REMEMBERED = 10_000

/** Finds issuers, and confirms what is known before anything is said of their tokens. */
export class Issuers {
  readonly #authority: Authority
  readonly #knowledge: Knowledge
  readonly #clientJwks: ClientJwks
  readonly #organizations = new Map<string, string>()

  constructor(authority: Authority, knowledge: Knowledge, clientJwks: ClientJwks) {
    this.#authority = authority
    this.#knowledge = knowledge
    this.#clientJwks = clientJwks
  }

  /**
   * @param issuerId an authorization server's id, or an organization's for its own one
   * @throws DomainError `not_found` where there is no such issuer or it is inactive, `store_unavailable` when the
   *   newest knowledge cannot be had in time
   */
  async know(issuerId: string): Promise<KnownIssuer> {
    const organizationId = await this.organizationOf(issuerId)
    const index = await this.#knowledge.confirm(organizationId)
    const { url, keys } = await verifyingIssuer(this.#authority, issuerId, index.position)
    return {
      authority: this.#authority,
      organizationId,
      issuerId,
      url,
      keys,
      clientJwks: this.#clientJwks,
      index,
    }
  }

  /** @throws DomainError `not_found` */
  async organizationOf(issuerId: string): Promise<string> {
    const known = this.#organizations.get(issuerId)
    if (known !== undefined) return known
    const found = await this.#authority.store.read(SYSTEM, (tx) => organizationOfIssuer(tx, issuerId))
    if (found === undefined)
      throw new DomainError('not_found', { type: 'authorization_server', id: issuerId })
    if (this.#organizations.size < MOST_REMEMBERED) this.#organizations.set(issuerId, found)
    return found
  }
}
