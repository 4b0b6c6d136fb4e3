import { parseStrictJson } from '@rescind/core/json'
import { VerifierError } from '../errors.ts'
import { type Platform, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../platform/platform.ts'
import { isCanonicalBase64url } from './base64url.ts'

/** What a header may say that counts. Where it names or brings keys (`jku`, `x5u`, `jwk`, `x5c`), nobody listens. */
export interface JwsHeader {
  readonly alg: SignatureAlgorithm
  readonly kid: string
  readonly typ: string | undefined
}

export interface CompactJws {
  readonly header: JwsHeader
  readonly payload: Members
  /** What the signature is over. */
  readonly signed: string
  readonly signature: Uint8Array
}

/** The members of an object as the strict reader gave it: no name twice, none that could reach a prototype. */
export type Members = Readonly<Record<string, unknown>>

const MOST_HEADERS = 256
const MOST_CLAIMS = 128
const ALGORITHMS: ReadonlySet<unknown> = new Set(SIGNATURE_ALGORITHMS)

/**
 * Takes a compact JWS (RFC 7515 section 3.1) apart, strictly: one spelling only, JSON that no two readers understand
 * differently, an asymmetric algorithm, no `crit`. Its length has been checked before.
 */
export class JwsReader {
  readonly #platform: Platform
  /** Headers of tokens of one issuer are all alike. */
  readonly #headers = new Map<string, JwsHeader>()

  constructor(platform: Platform) {
    this.#platform = platform
  }

  /** @throws VerifierError `token_malformed`, `signature_invalid` for an algorithm that none of our keys has */
  read(token: string): CompactJws {
    const first = token.indexOf('.')
    const second = token.indexOf('.', first + 1)
    if (first <= 0 || second < 0 || token.includes('.', second + 1)) throw malformed('not three parts')
    const payload = token.slice(first + 1, second)
    const signature = token.slice(second + 1)
    if (!isCanonicalBase64url(payload) || !isCanonicalBase64url(signature))
      throw malformed('not in its one spelling')
    return {
      header: this.#header(token.slice(0, first)),
      payload: this.#members(payload, MOST_CLAIMS),
      signed: token.slice(0, second),
      signature: this.#platform.decode(signature),
    }
  }

  #header(text: string): JwsHeader {
    const known = this.#headers.get(text)
    if (known !== undefined) return known
    if (!isCanonicalBase64url(text)) throw malformed('not in its one spelling')
    const members = this.#members(text, 32)
    // RFC 7515 section 4.1.11: what must be understood and is not refuses the token; `b64` (RFC 7797) is such.
    if (Object.hasOwn(members, 'crit') || Object.hasOwn(members, 'b64'))
      throw malformed('a header that must be understood')
    const [alg, kid, typ] = [member(members, 'alg'), member(members, 'kid'), member(members, 'typ')]
    if (typeof alg !== 'string') throw malformed('no algorithm')
    if (!isAlgorithm(alg)) throw new VerifierError('signature_invalid', 'an algorithm that no key has')
    if (typeof kid !== 'string') throw malformed('no kid')
    if (typ !== undefined && typeof typ !== 'string') throw malformed('typ is not text')
    const header = { alg, kid, typ: typ?.toLowerCase() }
    if (this.#headers.size >= MOST_HEADERS) this.#headers.clear()
    this.#headers.set(text, header)
    return header
  }

  #members(text: string, most: number): Members {
    const parsed = parseStrictJson(this.#platform.decode(text))
    if (!parsed.ok) throw malformed('not strict JSON')
    const { value } = parsed
    if (!isObject(value)) throw malformed('not an object')
    if (Object.keys(value).length > most) throw malformed('too many members')
    return value
  }
}

/** A member of the object's own, whatever somebody has done to the prototype of objects. */
export function member(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAlgorithm(alg: string): alg is SignatureAlgorithm {
  return ALGORITHMS.has(alg)
}

export function malformed(detail: string): VerifierError {
  return new VerifierError('token_malformed', detail)
}
