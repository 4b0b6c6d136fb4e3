import { AsyncLocalStorage } from 'node:async_hooks'
import type { ClientKey } from '../keys/client-key.ts'
import type { Secret } from '../secrets/index.ts'
import type { Artefact } from '../tokens/judge.ts'
import { inherit, type Place, type Stamp, type Subjects } from '../tokens/stamp.ts'

/** Where a request came from, for the ledger. */
export interface RequestSource {
  readonly ip: string | null
  readonly userAgent: string | null
}

/** What the directory says of the client that asks. */
export interface RequestClient {
  readonly clientId: string
  readonly applicationId: string
  /** Its ACTIVE keys. */
  readonly keys: readonly ClientKey[]
  /** Its ACTIVE secrets. */
  readonly secrets: readonly Secret[]
  readonly mayRefresh: boolean
  /** Whether its refresh tokens are exchanged for new ones with each use. */
  readonly rotates: boolean
  readonly needsPkce: boolean
  /** Its users are not asked for their consent. */
  readonly isTrusted: boolean
}

/**
 * What one request to an OpenID provider knows and has relied on. Its place is captured once, before anything is
 * read; everything that it finds is judged at that place or later, and everything that it saves carries that
 * place and the subjects of all that it found.
 */
export class OidcRequest {
  readonly place: Place
  readonly source: RequestSource
  #subjects: Subjects = {}
  #family: string | undefined
  #origin: string | undefined
  readonly #issued: Artefact[] = []
  readonly #spent = new Set<string>()
  readonly #spentBefore: Set<string>
  #bornVoid = false
  #repeat: Buffer | undefined
  readonly #isFirst: boolean

  /** @param before the attempt of the same HTTP request that this one starts again */
  constructor(place: Place, source: RequestSource, before?: OidcRequest) {
    this.place = place
    this.source = source
    this.#isFirst = before === undefined
    this.#spentBefore = new Set(before === undefined ? [] : before.#spent)
  }

  /** Remembers a one-time id that this attempt has used up. */
  spend(id: string): void {
    this.#spent.add(id)
  }

  /** Whether the attempt before this one used the id up: the same request may present it once more. */
  maySpendAgain(id: string): boolean {
    return this.#spentBefore.delete(id)
  }

  /** What it issued was revoked, by a cutoff that its knowledge did not reach, before anybody held it. */
  get bornVoid(): boolean {
    return this.#bornVoid
  }

  markBornVoid(): void {
    this.#bornVoid = true
  }

  /** Once is enough: who revokes that often gets the answer that something is revoked. */
  get mayStartAgain(): boolean {
    return this.#isFirst
  }

  /** Asks for another attempt, with fresh knowledge. @param body the form, as this attempt read it */
  startAgain(body: Buffer): void {
    this.#repeat = body
  }

  /** The body for the next attempt; undefined where this one has answered. */
  get repeatWith(): Buffer | undefined {
    return this.#repeat
  }

  /** What was found and judged good: whatever this request makes is subject to the same. */
  relyOn(subjects: Subjects): void {
    this.#subjects = inherit(this.#subjects, subjects)
  }

  /** The stamp of something that this request makes, which is subject to `own` beside all that was found. */
  stamp(own: Subjects): Stamp {
    return { place: this.place, subjects: inherit(own, this.#subjects) }
  }

  /** The client that asks, as far as it is known yet. */
  client: RequestClient | undefined

  /**
   * What is being exchanged: a code or device code, by handle, or a refresh token that came of one; and the token
   * family, where there is or will be a refresh token to make it one.
   */
  exchanging(origin: string, family: string | undefined): void {
    this.#origin = origin
    this.#family = family
  }

  get origin(): string | undefined {
    return this.#origin
  }

  get family(): string | undefined {
    return this.#family
  }

  /** Remembers what is about to be handed out, to be judged once more before the answer leaves. */
  issuing(artefact: Artefact): void {
    this.#issued.push(artefact)
  }

  get issued(): readonly Artefact[] {
    return this.#issued
  }
}

const current = new AsyncLocalStorage<OidcRequest>()

/** Runs the library for one request: its adapters find the request's knowledge here. */
export function duringRequest<T>(request: OidcRequest, work: () => T): T {
  return current.run(request, work)
}

/** @throws TypeError outside a request: nothing may be found or issued without a place to judge it at */
export function currentRequest(): OidcRequest {
  const request = current.getStore()
  if (request === undefined) throw new TypeError('the OpenID library was called outside a request')
  return request
}
