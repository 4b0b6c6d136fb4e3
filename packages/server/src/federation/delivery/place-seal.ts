import { createHmac, timingSafeEqual } from 'node:crypto'
import { formatPosition, type Position } from '@rescind/core/log'
import type { Authority } from '../../authority/index.ts'
import type { KnownPlace } from '../../log/index.ts'
import type { Secret } from '../../secrets/index.ts'

/** Hexadecimal characters of each half: 128 bits of digest, 128 bits of proof. */
const HALF = 32

/** A place as a follower named it; proved where the authority itself once told it: nobody else can make the digest. */
export type NamedPlace =
  | (Required<KnownPlace> & { readonly isProved: true })
  | (KnownPlace & { readonly isProved: false })

/**
 * What followers are told as the digest of a place: the first half of the chain digest there, and a MAC over the place
 * and that half. It is 32 bytes like the chain digest, and followers only ever give it back.
 *
 * A log stops when somebody knows a place of it that the database lacks. Without the MAC whoever holds a credential of
 * a cluster could make one up and stop the organization; with it nobody can who was not told of it.
 */
export class PlaceSeal {
  readonly #key: Secret

  constructor(key: Secret) {
    this.#key = key
  }

  /** @param digest the chain digest at the position, lower-case hexadecimal */
  seal(position: Position, digest: string): string {
    const half = digest.slice(0, HALF)
    return half + this.#mac(position, half).toString('hex')
  }

  /** Reads what `seal` made. A digest without its MAC is kept as it is: it may be in the log, and proves nothing else. */
  read({ position, digest }: KnownPlace): NamedPlace {
    if (digest === undefined) return { position, isProved: false }
    const [half, rest] = [digest.slice(0, HALF), Buffer.from(digest.slice(HALF), 'hex')]
    const mac = this.#mac(position, half)
    const isProved = rest.length === mac.length && timingSafeEqual(rest, mac)
    return isProved ? { position, digest: half, isProved } : { position, digest, isProved }
  }

  #mac(position: Position, half: string): Buffer {
    const named = `${formatPosition(position)} ${half}`
    return createHmac('sha256', this.#key.reveal())
      .update(named)
      .digest()
      .subarray(0, HALF / 2)
  }
}

const seals = new WeakMap<Authority['vault'], Promise<PlaceSeal>>()

/**
 * The seal of this installation. Its key comes from the master key and is in no database: a restored one, however old,
 * knows the places again that were told before.
 */
export function placeSeal({ vault }: Pick<Authority, 'vault'>): Promise<PlaceSeal> {
  const known = seals.get(vault)
  if (known !== undefined) return known
  const made = vault.derive('place_seal').then((key) => new PlaceSeal(key))
  seals.set(vault, made)
  made.catch(() => seals.delete(vault))
  return made
}
