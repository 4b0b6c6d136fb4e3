import { deflateSync } from 'node:zlib'
import type { Standing } from '@rescind/core/standing'

/** Token Status List, "Status Types Values". Suspended may end; invalid never does. */
export const STATUS = { valid: 0, invalid: 1, suspended: 2 } as const
export type Status = (typeof STATUS)[keyof typeof STATUS]

/** Bits that a status takes: enough to tell what is suspended from what is revoked. */
export const BITS = 2
const PER_BYTE = 8 / BITS

/**
 * What a standing is called in a list. A token that is ahead of the list's position was judged good at a later one
 * than the list speaks of; anything else that is not active is not called valid.
 */
export function statusOf({ standing }: Standing): Status {
  switch (standing) {
    case 'active':
    case 'ahead':
      return STATUS.valid
    case 'blocked':
      return STATUS.suspended
    default:
      return STATUS.invalid
  }
}

/** The statuses of a list of tokens, before compression. */
export class Statuses {
  readonly #bytes: Buffer

  constructor(size: number) {
    this.#bytes = Buffer.alloc(Math.ceil(size / PER_BYTE))
  }

  /** The first place has the least significant bits of the first byte ("Compressed Byte Array"). */
  set(place: number, status: Status): void {
    const at = Math.floor(place / PER_BYTE)
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (status << ((place % PER_BYTE) * BITS))
  }

  /** `lst`: the bytes as a ZLIB stream (RFC 1950), base64url. */
  encode(): string {
    return deflateSync(this.#bytes, { level: 9 }).toString('base64url')
  }
}
