import {
  applySigningKeyChanges,
  type FreshSigningKey,
  type SigningKey,
  type SigningKeyChange,
  type SigningRing,
  type SigningRingOutcome,
} from './signing-key.ts'
import type { SigningPolicy } from './signing-policy.ts'

/** When, and with what: `fresh` keys are made before the transaction, and what is left over is thrown away. */
export interface SigningMoment {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly fresh: readonly FreshSigningKey[]
}

/** The changes of one command so far, and the ring as they leave it. */
export class SigningDraft {
  readonly #ring: SigningRing
  readonly #moment: SigningMoment
  readonly #changes: SigningKeyChange[] = []
  #keys: readonly SigningKey[]
  #taken = 0

  /** Begins by revoking what was blocked since: no blocked key signs, is published, or gets its turn. */
  constructor(ring: SigningRing, moment: SigningMoment) {
    this.#ring = ring
    this.#moment = moment
    this.#keys = ring.keys
    for (const key of ring.keys) {
      if (key.status !== 'REVOKED' && ring.blocked.has(key.thumbprint)) this.revoke(key)
    }
  }

  get active(): SigningKey | undefined {
    return this.#keys.find((key) => key.status === 'ACTIVE')
  }

  get standby(): SigningKey | undefined {
    return this.#keys.find((key) => key.status === 'NEXT')
  }

  revoke(key: SigningKey): void {
    this.#apply({ type: 'revoke', kid: key.kid, at: this.#moment.now })
  }

  retireActive(policy: SigningPolicy): void {
    const { active } = this
    if (active === undefined) return
    const at = this.#moment.now
    this.#apply({ type: 'retire', kid: active.kid, at, retainUntil: at + policy.retention })
  }

  /** Lets NEXT sign where nothing does; without a NEXT, a fresh key. */
  ensureActive(): void {
    if (this.active !== undefined) return
    const { standby } = this
    if (standby === undefined) this.#publish('ACTIVE')
    else this.#apply({ type: 'activate', kid: standby.kid, at: this.#moment.now })
  }

  /** Publishes a fresh NEXT where there is none; `if_at_hand` does without while no fresh key is left. */
  ensureNext(fresh: 'required' | 'if_at_hand'): void {
    if (this.standby !== undefined) return
    if (fresh === 'required' || this.#taken < this.#moment.fresh.length) this.#publish('NEXT')
  }

  withdrawOutlived(): void {
    const at = this.#moment.now
    for (const key of this.#keys) {
      if (key.status === 'EXPIRED' && key.withdrawnAt === null && at >= (key.retainUntil ?? 0)) {
        this.#apply({ type: 'withdraw', kid: key.kid, at })
      }
    }
  }

  /** The changes; or a refusal where there were too few fresh keys, or one that is not fresh. */
  settle(): SigningRingOutcome {
    const { fresh } = this.#moment
    if (this.#taken > fresh.length) return refusal('fresh_key_required', null, this.#taken)
    const kids = new Set(this.#ring.keys.map((key) => key.kid))
    const thumbprints = new Set(this.#ring.keys.map((key) => key.thumbprint))
    for (const { kid, thumbprint } of fresh.slice(0, this.#taken)) {
      if (this.#ring.blocked.has(thumbprint)) return refusal('key_blocked', kid)
      if (kids.has(kid) || thumbprints.has(thumbprint)) return refusal('kid_reused', kid)
      kids.add(kid)
      thumbprints.add(thumbprint)
    }
    return { ok: true, changes: this.#changes }
  }

  #publish(status: 'NEXT' | 'ACTIVE'): void {
    const key = this.#moment.fresh[this.#taken++]
    if (key !== undefined) this.#apply({ type: 'publish', key, status, at: this.#moment.now })
  }

  #apply(change: SigningKeyChange): void {
    this.#changes.push(change)
    this.#keys = applySigningKeyChanges(this.#keys, [change])
  }
}

function refusal(
  code: 'fresh_key_required' | 'key_blocked' | 'kid_reused',
  key: string | null,
  needed?: number,
): SigningRingOutcome {
  return { ok: false, refusal: { code, key, ...(needed !== undefined && { needed }) } }
}
