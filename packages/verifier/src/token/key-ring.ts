import { checkPublicJwk, type PublicJwk } from '@rescind/core/keys'
import type { EntryJwk, IndexEntry, LogIndex } from '@rescind/core/log'
import { VerifierError } from '../errors.ts'
import {
  type Platform,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type SignatureCheck,
} from '../platform/platform.ts'

/** A key that an issuer's tokens may be signed by. Its record, never a token, says for which algorithm. */
export interface RingKey {
  /** Its RFC 7638 thumbprint, computed here. */
  readonly thumbprint: string
  readonly alg: SignatureAlgorithm
  readonly origin: 'own' | 'foreign'
  readonly check: SignatureCheck | Promise<SignatureCheck>
}

/** Thumbprints of keys that are gone: a token by one of them is told that it was revoked, if it was. */
const MOST_FORMER = 4_096
const DEFAULT_ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
}

/** The keys of the log, ready to verify with. The key policy is applied again here, to whatever the log says. */
export class KeyRing {
  readonly #platform: Platform
  readonly #providers: readonly string[] | undefined
  /** By issuer, then by kid. */
  #issuers = new Map<string, Map<string, RingKey>>()
  #foreign = new Set<string>()
  /** Made ready once, whatever becomes of the rest; `null` for a key that must not be relied upon. */
  readonly #ready = new Map<string, RingKey | null>()
  readonly #former = new Map<string, string>()

  constructor(platform: Platform, providers?: readonly string[]) {
    this.#platform = platform
    this.#providers = providers
  }

  /** Whether entries change which keys there are. */
  static isAbout(entries: readonly IndexEntry[]): boolean {
    return entries.some(({ kind }) => /^(key|idp_jwks|index)\./.test(kind))
  }

  /** Takes the keys from an index. Cheap for those that it has had before. */
  rebuild(index: LogIndex): void {
    const issuers = new Map<string, Map<string, RingKey>>()
    const add = (issuer: string, kid: string, key: RingKey | null) => {
      if (key === null) return
      const ring = issuers.get(issuer) ?? new Map<string, RingKey>()
      issuers.set(issuer, ring.set(kid, key))
    }
    const own = new Set<string>()
    for (const { issuer, key, kid, jwk } of index.verificationKeys()) {
      own.add(issuer)
      add(issuer, kid, this.#prepare('own', key, jwk))
    }
    this.#foreign = new Set()
    for (const issuer of index.providerIssuers()) {
      if (own.has(issuer) || this.#providers?.includes(issuer) === false) continue
      this.#foreign.add(issuer)
      for (const { key, kid, jwk } of index.trustedKeys(issuer))
        add(issuer, kid ?? key, this.#prepare('foreign', key, jwk))
    }
    for (const [issuer, ring] of this.#issuers) {
      for (const [kid, { thumbprint }] of ring) {
        if (issuers.get(issuer)?.has(kid)) continue
        if (this.#former.size >= MOST_FORMER) this.#former.clear()
        this.#former.set(`${issuer} ${kid}`, thumbprint)
      }
    }
    this.#issuers = issuers
  }

  /** Whether the issuer is an identity provider's. */
  isForeign(issuer: string): boolean {
    return this.#foreign.has(issuer)
  }

  /** @throws VerifierError `issuer_unknown`, `key_unknown`, `key_revoked` */
  find(issuer: string, kid: string, index: LogIndex): RingKey {
    const ring = this.#issuers.get(issuer)
    const key = ring?.get(kid)
    if (key !== undefined) return key
    // The kid of a key of ours is its thumbprint.
    const thumbprint = this.#former.get(`${issuer} ${kid}`) ?? kid
    if (index.revokedKey(thumbprint) !== undefined) throw new VerifierError('key_revoked')
    if (ring === undefined && !this.#foreign.has(issuer)) throw new VerifierError('issuer_unknown')
    throw new VerifierError('key_unknown')
  }

  #prepare(origin: RingKey['origin'], thumbprint: string, jwk: EntryJwk): RingKey | null {
    const known = this.#ready.get(`${origin} ${thumbprint}`)
    if (known !== undefined) return known
    const made = this.#make(origin, thumbprint, jwk)
    this.#ready.set(`${origin} ${thumbprint}`, made)
    return made
  }

  #make(origin: RingKey['origin'], thumbprint: string, jwk: EntryJwk): RingKey | null {
    const checked = checkPublicJwk(jwk, 'sig')
    if (!checked.ok || checked.thumbprint !== thumbprint) return null
    const alg = algorithmOf(checked.jwk)
    if (alg === undefined) return null
    try {
      const check = this.#platform.signatureCheck(materialOf(checked.jwk), alg)
      // A key that the platform refuses later verifies nothing; who asks meets the failure.
      if (check instanceof Promise) check.catch(() => undefined)
      return { thumbprint, alg, origin, check }
    } catch {
      return null
    }
  }
}

/** The algorithm that the record names, or the usual one of the type. */
function algorithmOf(jwk: PublicJwk): SignatureAlgorithm | undefined {
  if (jwk.alg !== undefined) {
    const named = jwk.alg === 'Ed25519' ? 'EdDSA' : jwk.alg
    return SIGNATURE_ALGORITHMS.find((alg) => alg === named)
  }
  return jwk.kty === 'RSA' ? 'RS256' : DEFAULT_ALGORITHMS[jwk.crv]
}

function materialOf(jwk: PublicJwk) {
  switch (jwk.kty) {
    case 'RSA':
      return { kty: jwk.kty, n: jwk.n, e: jwk.e }
    case 'EC':
      return { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }
    case 'OKP':
      return { kty: jwk.kty, crv: jwk.crv, x: jwk.x }
  }
}
