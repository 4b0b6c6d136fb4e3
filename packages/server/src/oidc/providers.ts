import { hkdfSync } from 'node:crypto'
import type { LogIndex } from '@rescind/core/log'
import type { Provider } from 'oidc-provider'
import type { Authority } from '../authority/index.ts'
import { DomainError } from '../errors/index.ts'
import type { ClientJwks } from '../keys/client-jwks/client-jwks.ts'
import { type ActiveSigningKey, activeSigningKey } from '../keys/issuer-keys.ts'
import type { Knowledge } from '../log/index.ts'
import type { Secret } from '../secrets/index.ts'
import { SYSTEM } from '../store/index.ts'
import { organizationOfIssuer } from '../store/queries/issuers.ts'
import { judgeForUse } from '../tokens/judging.ts'
import type { Place } from '../tokens/stamp.ts'
import type { IssuerContext } from './adapter/issuer-context.ts'
import { cookieSecret } from './cookie-secret.ts'
import { Attempts } from './pages/attempts.ts'
import { buildProvider } from './provider.ts'

/** An issuer ready to answer one request. */
export interface ReadyIssuer {
  readonly provider: Provider
  readonly context: IssuerContext
  readonly organizationId: string
  readonly issuerId: string
  readonly issuer: string
  /** The place of the knowledge that the request will be judged on, captured before anything is read for it. */
  readonly place: Place
}

interface Built {
  readonly provider: Provider
  readonly context: IssuerContext
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
  readonly #clientJwks: ClientJwks
  readonly #attempts: Attempts
  #cookieKeys: Promise<readonly string[]> | undefined
  readonly #built = new Map<string, Built>()
  readonly #organizations = new Map<string, string>()

  constructor(authority: Authority, knowledge: Knowledge, clientJwks: ClientJwks) {
    this.#authority = authority
    this.#knowledge = knowledge
    this.#attempts = new Attempts(authority.clock)
    this.#clientJwks = clientJwks
  }

  /**
   * @throws DomainError `not_found` where there is no such issuer or it is inactive, `store_unavailable` when the
   *   newest knowledge cannot be had in time
   */
  async ready(issuerId: string): Promise<ReadyIssuer> {
    const organizationId = await this.#organizationOf(issuerId)
    const { index, place, key } = await this.#newest(organizationId, issuerId)
    const known = this.#built.get(issuerId)
    if (known?.kid === key.kid)
      return {
        provider: known.provider,
        context: known.context,
        organizationId,
        issuerId,
        issuer: key.issuer,
        place,
      }
    const context = {
      authority: this.#authority,
      organizationId,
      issuerId,
      issuer: key.issuer,
      judge: judgeForUse(index),
      attempts: this.#attempts,
      clientJwks: this.#clientJwks,
    }
    const provider = buildProvider(context, key, await this.#cookies())
    this.#built.delete(issuerId)
    this.#built.set(issuerId, { provider, context, kid: key.kid })
    const [oldest] = this.#built.keys()
    if (this.#built.size > MOST_ISSUERS && oldest !== undefined) this.#built.delete(oldest)
    return { provider, context, organizationId, issuerId, issuer: key.issuer, place }
  }

  /**
   * The newest knowledge, and the key that signs by it. A key that was activated later than the knowledge, as at
   * the first use of an issuer, would sign what is void; the knowledge is then taken anew.
   */
  async #newest(
    organizationId: string,
    issuerId: string,
  ): Promise<{ readonly index: LogIndex; readonly place: Place; readonly key: ActiveSigningKey }> {
    for (;;) {
      const index = await this.#knowledge.confirm(organizationId)
      const { position } = index
      const key = await activeSigningKey(this.#authority, issuerId, position)
      const { incarnation, seq } = position
      if (key.activeFrom <= seq) return { index, place: { incarnation, seq }, key }
    }
  }

  /** Read once; a failure is not remembered. */
  #cookies(): Promise<readonly string[]> {
    this.#cookieKeys ??= cookieSecret(this.#authority).then(
      (secret) => [cookieKey(secret)],
      (failure: unknown) => {
        this.#cookieKeys = undefined
        throw failure
      },
    )
    return this.#cookieKeys
  }

  /** An issuer never changes hands; whether it still is one, its signing keys say. */
  async #organizationOf(issuerId: string): Promise<string> {
    const known = this.#organizations.get(issuerId)
    if (known !== undefined) return known
    const found = await this.#authority.store.read(SYSTEM, (tx) => organizationOfIssuer(tx, issuerId))
    if (found === undefined)
      throw new DomainError('not_found', { type: 'authorization_server', id: issuerId })
    if (this.#organizations.size >= MOST_ISSUERS) this.#organizations.clear()
    this.#organizations.set(issuerId, found)
    return found
  }
}

function cookieKey(secret: Secret): string {
  return Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'rescind cookies', 32)).toString('base64url')
}
