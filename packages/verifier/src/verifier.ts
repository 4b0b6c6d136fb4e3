import { formatPosition, type LogIndex, parsePosition } from '@rescind/core/log'
import { type Standing, standing, type TokenFacts } from '@rescind/core/standing'
import { VerifierError } from './errors.ts'
import { Follower, type FollowerListener } from './follow/follower.ts'
import {
  type FollowerOptions,
  SYSTEM_CLOCK,
  type VerifierOptions,
  WHEN_STALE,
  type WhenStale,
} from './follow/options.ts'
import { type Introspection, type Surroundings, surroundingsOf } from './follow/surroundings.ts'
import type { Platform, SnapshotStore } from './platform/platform.ts'
import {
  audiencesOf,
  type Claims,
  checkTimes,
  foreignFacts,
  type Identity,
  identityIn,
  ownFacts,
  readClaims,
} from './token/claims.ts'
import { type CompactJws, JwsReader, malformed } from './token/compact-jws.ts'
import { createOpener, type Opener } from './token/encrypted.ts'
import { KeyRing, type RingKey } from './token/key-ring.ts'

const DEFAULTS = {
  maxTokenLength: 8_192,
  clockTolerance: 5,
  cacheSize: 10_000,
  positionWait: 1_000,
  startTimeout: 2_000,
}
/** RFC 9068 section 2.1. */
const OWN_TYPES: ReadonlySet<string | undefined> = new Set(['at+jwt', 'application/at+jwt'])
/** Providers that do not follow RFC 9068 say `JWT` or nothing. */
const FOREIGN_TYPES: ReadonlySet<string | undefined> = new Set([...OWN_TYPES, 'jwt', undefined])

/** A token that is good. */
export interface Verified {
  readonly claims: Claims
  /** The position of the log at which that was so: `<logId>.<incarnation>.<seq>`. */
  readonly position: string
  /** Whom an identity provider's token names, and which roles it gives; a token of ours says so in its claims. */
  readonly identity?: Identity
  /** Present where it was accepted past the staleness, because the cluster chose so. */
  readonly stale?: 'open' | 'introspect'
}

/** How fresh knowledge must be, and what is done where it is not. */
export interface Contract {
  /** Milliseconds. */
  readonly maxStaleness: number
  readonly whenStale: WhenStale
}

/** A token whose signature was good. That it is good now, `standing` says every time. */
type Remembered = OwnToken | ForeignToken
interface OwnToken {
  readonly claims: Claims
  readonly facts: TokenFacts
}
/** The terms on which a provider's tokens are taken may change, so they are read every time as well. */
interface ForeignToken {
  readonly claims: Claims
  readonly foreignKey: string
}

/** A token by the terms of now. */
interface Judged extends OwnToken {
  readonly identity?: Identity
}

/** Verifies tokens by what it has read of the log: no request to the authority is made for a token. */
export class Verifier {
  readonly #options: FollowerOptions
  readonly #platform: Platform
  readonly #follower: Follower
  readonly #keys: KeyRing
  readonly #reader: JwsReader
  readonly #audience: ReadonlySet<string>
  readonly #opener: Opener | undefined
  readonly #introspection: Introspection | undefined
  readonly #remembered = new Map<string, Remembered>()
  readonly #now: () => number
  readonly #maxTokenLength: number
  readonly #tolerance: number
  readonly #cacheSize: number
  #granted: Contract | undefined
  #contract: Contract
  #position = ''
  #positionSeq = -1
  #positionIncarnation = -1

  private constructor(
    options: FollowerOptions,
    platform: Platform,
    opener: Opener | undefined,
    surroundings: Surroundings,
  ) {
    this.#options = options
    this.#platform = platform
    this.#opener = opener
    const { audience, clock = SYSTEM_CLOCK } = options
    this.#audience = new Set(typeof audience === 'string' ? [audience] : audience)
    this.#now = () => clock.now() / 1000
    this.#maxTokenLength = options.maxTokenLength ?? DEFAULTS.maxTokenLength
    this.#tolerance = Math.min(60, options.clockTolerance ?? DEFAULTS.clockTolerance)
    this.#cacheSize = options.cacheSize ?? DEFAULTS.cacheSize
    this.#contract = {
      maxStaleness: options.maxStaleness ?? Number.POSITIVE_INFINITY,
      whenStale: 'closed',
    }
    this.#keys = new KeyRing(platform)
    this.#reader = new JwsReader(platform)
    this.#introspection = surroundings.introspection
    const onApplied: FollowerListener['onApplied'] = (index, frame) => {
      if (frame === undefined || KeyRing.isAbout(frame.entries)) this.#keys.rebuild(index)
    }
    this.#follower = new Follower(options, platform, { onApplied }, surroundings)
  }

  /** See `createVerifier` of the package's entries. */
  static async open(
    options: VerifierOptions,
    platform: Platform,
    store: SnapshotStore | undefined,
    surroundings?: Surroundings,
  ): Promise<Verifier> {
    checkOptions(options)
    const { decryptionKeys, startTimeout = DEFAULTS.startTimeout } = options
    const opener =
      decryptionKeys === undefined || decryptionKeys.length === 0
        ? undefined
        : await createOpener(decryptionKeys)
    const verifier = new Verifier(
      { ...options, store },
      platform,
      opener,
      surroundings ?? surroundingsOf(options),
    )
    await verifier.#follower.start()
    await verifier.#follower.until(() => verifier.staleness < Number.POSITIVE_INFINITY, startTimeout)
    return verifier
  }

  /** The position up to which everything has been applied; empty before the first snapshot. */
  get position(): string {
    const index = this.#follower.index
    if (index === undefined) return ''
    if (index.seq !== this.#positionSeq || index.incarnation !== this.#positionIncarnation) {
      this.#positionSeq = index.seq
      this.#positionIncarnation = index.incarnation
      this.#position = formatPosition(index.position)
    }
    return this.#position
  }

  /** Milliseconds since what is known was certainly all there was; infinite before the first lease. */
  get staleness(): number {
    return this.#follower.lease.staleness
  }

  /** What holds now: the cluster's contract as far as it is known, tightened by the options. */
  get contract(): Contract {
    const { maxStaleness = Number.POSITIVE_INFINITY, whenStale } = this.#options
    const granted = this.#follower.lease.contract
    if (granted === this.#granted) return this.#contract
    this.#granted = granted
    this.#contract = {
      maxStaleness: Math.min(granted?.maxStaleness ?? Number.POSITIVE_INFINITY, maxStaleness),
      whenStale: stricter(granted?.whenStale ?? 'closed', whenStale ?? 'open'),
    }
    return this.#contract
  }

  /**
   * Judges a token.
   *
   * @throws VerifierError with a stable `code`; what is already known to void a token is said even past the staleness
   */
  async verify(token: string): Promise<Verified> {
    if (typeof token !== 'string' || token.length > this.#maxTokenLength) throw malformed('too long')
    const index = this.#follower.index
    if (index === undefined) throw new VerifierError('stale', 'nothing has been read of the log yet')
    // Where nothing is remembered nothing needs a name.
    const named = this.#cacheSize > 0 ? this.#platform.digest(token) : ''
    const name = typeof named === 'string' ? named : await named
    const found = this.#remembered.get(name) ?? this.#examine(token, name, index)
    // Where the platform answers at once, nothing is awaited: a turn of the queue costs what a look-up does.
    const remembered = found instanceof Promise ? await found : found
    checkTimes(remembered.claims, this.#now(), this.#tolerance)
    const judged = 'facts' in remembered ? remembered : foreignToken(remembered, index)
    let verdict = standing(judged.facts, index)
    if (verdict.standing === 'ahead') verdict = await this.#waitFor(judged.facts, index)
    refuseVoid(verdict)
    if (verdict.standing === 'active' && this.#isFresh())
      return { claims: judged.claims, position: this.position, ...identityOf(judged) }
    return this.#whenStale(token, judged, index)
  }

  /** Ends the connection to the authority and keeps what is known. */
  close(): Promise<void> {
    return this.#follower.close()
  }

  #isFresh(): boolean {
    const { staleness } = this.#follower.lease
    // Without a lease there is no contract either: never fresh.
    const isLeased = staleness < Number.POSITIVE_INFINITY && staleness <= this.contract.maxStaleness
    return isLeased && this.#follower.isViewCurrent
  }

  #examine(token: string, name: string, index: LogIndex): Remembered | Promise<Remembered> {
    const opener = this.#opener
    if (opener !== undefined && token.split('.', 6).length === 5)
      return opener(token).then((opened) => this.#examineSigned(opened, name, index))
    return this.#examineSigned(token, name, index)
  }

  #examineSigned(token: string, name: string, index: LogIndex): Remembered | Promise<Remembered> {
    const jws = this.#reader.read(token)
    const claims = readClaims(jws.payload)
    const key = this.#findKey(claims.iss, jws.header.kid, index)
    // The record of the key says for which algorithm it is.
    if (key.alg !== jws.header.alg)
      throw new VerifierError('signature_invalid', 'another algorithm than the key has')
    const types = key.origin === 'own' ? OWN_TYPES : FOREIGN_TYPES
    if (!types.has(jws.header.typ)) throw new VerifierError('type_mismatch')
    const signed = isSigned(jws, key)
    const accept = (isGood: boolean) => this.#accept(isGood, name, claims, key, index)
    return signed instanceof Promise ? signed.then(accept) : accept(signed)
  }

  #findKey(issuer: string, kid: string, index: LogIndex): RingKey {
    try {
      return this.#keys.find(issuer, kid, index)
    } catch (refusal) {
      const isUnknown = refusal instanceof VerifierError && refusal.code === 'key_unknown'
      if (isUnknown && this.#keys.isForeign(issuer)) this.#follower.askForKey(issuer, kid)
      throw refusal
    }
  }

  #accept(isGood: boolean, name: string, claims: Claims, key: RingKey, index: LogIndex): Remembered {
    if (!isGood) throw new VerifierError('signature_invalid')
    // The audience of a provider's token is one of the terms.
    const isOurs = key.origin === 'own'
    if (isOurs && !audiencesOf(claims).some((audience) => this.#audience.has(audience)))
      throw new VerifierError('audience_mismatch')
    const remembered = isOurs
      ? { claims, facts: ownFacts(claims, index.log, key.thumbprint) }
      : { claims, foreignKey: key.thumbprint }
    this.#remember(name, remembered)
    return remembered
  }

  /** The oldest makes room: a token is used for minutes, and its signature costs microseconds. */
  #remember(name: string, remembered: Remembered): void {
    if (this.#cacheSize <= 0) return
    if (this.#remembered.size >= this.#cacheSize) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    this.#remembered.set(name, remembered)
  }

  async #waitFor(facts: TokenFacts, index: LogIndex): Promise<Standing> {
    const { positionWait = DEFAULTS.positionWait } = this.#options
    const place = facts.origin === 'own' ? facts.position : undefined
    if (place !== undefined) await this.#follower.until(() => this.#follower.hasReached(place), positionWait)
    const verdict = standing(facts, index)
    if (verdict.standing === 'ahead') {
      this.#follower.emit({ type: 'position_ahead' })
      throw new VerifierError('position_ahead')
    }
    return verdict
  }

  async #whenStale(token: string, judged: Judged, index: LogIndex): Promise<Verified> {
    const { claims, facts } = judged
    const { whenStale, maxStaleness } = this.contract
    if (whenStale === 'open') {
      this.#follower.emit({ type: 'accepted_stale', how: 'open' })
      return { claims, position: this.position, stale: 'open', ...identityOf(judged) }
    }
    if (whenStale === 'introspect' && this.#introspection !== undefined && facts.origin === 'own') {
      const { lease } = this.#follower
      const asked = lease.moment()
      const pos = await this.#introspection.ask(claims.iss, token)
      // The answer is as old as the question; what has been read of the log meanwhile counts besides.
      refuseVoid(standing(facts, index))
      if (lease.since(asked) > maxStaleness) throw new VerifierError('stale', 'a late answer')
      if (pos === undefined) throw new VerifierError('token_revoked', 'introspection')
      this.#follower.emit({ type: 'accepted_stale', how: 'introspect' })
      return { claims, position: parsePosition(pos) === undefined ? this.position : pos, stale: 'introspect' }
    }
    throw new VerifierError('stale')
  }
}

function foreignToken({ claims, foreignKey }: ForeignToken, index: LogIndex): Judged {
  const identity = identityIn(claims, index.providers.contracts(claims.iss))
  return { claims, identity, facts: foreignFacts(claims, identity.user, index.log, foreignKey) }
}

function identityOf({ identity }: Judged): Pick<Verified, 'identity'> {
  return identity === undefined ? {} : { identity }
}

/** A signature that the platform cannot even read is none. */
function isSigned({ signed, signature }: CompactJws, { check }: RingKey): boolean | Promise<boolean> {
  try {
    const verdict =
      check instanceof Promise ? check.then((ready) => ready(signed, signature)) : check(signed, signature)
    return verdict instanceof Promise ? verdict.catch(() => false) : verdict
  } catch {
    return false
  }
}

function refuseVoid(verdict: Standing): void {
  switch (verdict.standing) {
    case 'revoked':
      throw new VerifierError(verdict.rule === 'key' ? 'key_revoked' : 'token_revoked', verdict.rule)
    case 'blocked':
      throw new VerifierError('subject_blocked', verdict.subject)
    case 'unknown_key':
      throw new VerifierError('key_unknown')
    case 'ahead':
      throw new VerifierError('position_ahead')
    case 'active':
    case 'stale':
  }
}

function stricter(one: WhenStale, other: WhenStale): WhenStale {
  return WHEN_STALE.indexOf(one) <= WHEN_STALE.indexOf(other) ? one : other
}

/** Mistakes of the program are told at once, and by name. */
function checkOptions({ authority, credential, audience, maxStaleness, whenStale }: VerifierOptions): void {
  if (typeof authority !== 'string' || !URL.canParse(authority))
    throw new TypeError('authority must be a URL')
  if (typeof credential !== 'string' || !/^[\x21-\x7e]+$/.test(credential))
    throw new TypeError('credential must be a credential of the cluster')
  const audiences = typeof audience === 'string' ? [audience] : audience
  if (!Array.isArray(audiences) || audiences.length === 0 || audiences.includes(''))
    throw new TypeError('audience must name the API')
  if (maxStaleness !== undefined && !(maxStaleness > 0))
    throw new TypeError('maxStaleness must be milliseconds above 0')
  if (whenStale !== undefined && !WHEN_STALE.includes(whenStale))
    throw new TypeError(`whenStale must be one of ${WHEN_STALE.join(', ')}`)
}
