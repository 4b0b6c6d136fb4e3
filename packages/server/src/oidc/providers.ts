import { hkdfSync } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import { activeSigningKey } from '../keys/issuer-keys.ts'
import type { Knowledge } from '../log/index.ts'
import { SYSTEM } from '../store/index.ts'
import { organizationOfIssuer } from '../store/queries/issuers.ts'
import { judgeOver } from '../tokens/judging.ts'
import type { Place } from '../tokens/stamp.ts'
import { buildProvider } from './provider.ts'

/** An issuer ready to answer one request. */
export interface ReadyIssuer {
  readonly provider: Provider
  readonly organizationId: string
  readonly issuerId: string
  readonly issuer: string
  /** The place of the knowledge that the request will be judged on, captured before anything is read for it. */
  readonly place: Place
}

interface Built {
  readonly provider: Provider
  readonly kid: string
}

/** More issuers than this are built again when they are asked for. */
const MOST_ISSUERS = 1_000

/**
 * The OpenID library's instances, one per issuer, each built anew when the issuer's signing key changes. What is
 * known of the organization is confirmed first, so that the key is the one of the newest entry.
 */
export class Providers {
  readonly #authority: Authority
  readonly #knowledge: Knowledge
  readonly #cookieKeys: readonly string[]
  readonly #built = new Map<string, Built>()

  /** @param cookieSecret 32 bytes from which the keys that sign cookies are derived */
  constructor(authority: Authority, knowledge: Knowledge, cookieSecret: Uint8Array) {
    this.#authority = authority
    this.#knowledge = knowledge
    this.#cookieKeys = [cookieKey(cookieSecret)]
  }

  /**
   * @throws DomainError `not_found` where there is no such issuer or it is inactive, `store_unavailable` when the
   *   newest knowledge cannot be had in time
   */
  async ready(issuerId: string): Promise<ReadyIssuer> {
    const organizationId = await this.#organizationOf(issuerId)
    const index = await this.#knowledge.confirm(organizationId)
    const place = { incarnation: index.incarnation, seq: index.seq }
    const key = await activeSigningKey(this.#authority, issuerId, index.position)
    const known = this.#built.get(issuerId)
    if (known?.kid === key.kid)
      return { provider: known.provider, organizationId, issuerId, issuer: key.issuer, place }
    const context = {
      authority: this.#authority,
      organizationId,
      issuerId,
      issuer: key.issuer,
      judge: judgeOver(index),
    }
    const provider = buildProvider(context, key, this.#cookieKeys)
    this.#built.delete(issuerId)
    this.#built.set(issuerId, { provider, kid: key.kid })
    const [oldest] = this.#built.keys()
    if (this.#built.size > MOST_ISSUERS && oldest !== undefined) this.#built.delete(oldest)
    return { provider, organizationId, issuerId, issuer: key.issuer, place }
  }

  async #organizationOf(issuerId: string): Promise<string> {
    const found = await this.#authority.store.read(SYSTEM, (tx) => organizationOfIssuer(tx, issuerId))
    if (found === undefined)
      throw new DomainError('not_found', { type: 'authorization_server', id: issuerId })
    return found
  }
}

function cookieKey(secret: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'rescind cookies', 32)).toString('base64url')
}
