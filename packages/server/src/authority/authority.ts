import type { KeyObject } from 'node:crypto'
import type { Logger } from 'pino'
import type { Vault } from '../secrets/index.ts'
import type { Store } from '../store/index.ts'

/** The time, passed in so that a test can choose it. Milliseconds since the epoch. */
export interface Clock {
  now(): number
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now() }

/** What every command of the domain works with. Built once, by `start`. */
export interface Authority {
  readonly store: Store
  readonly clock: Clock
  readonly vault: Vault
  readonly logger: Logger
  /** `<scheme>://<host>[:port]`, without a trailing slash. */
  readonly publicUrl: string
  /** Encryption keys per authorization server, active and inactive; Okta's published 5 where it is not set. */
  readonly apiEncryptionKeyLimit?: number
  /**
   * Gives a fresh RSA key pair of 2048 bits, which takes tenths of a second to make: from a supply made in advance,
   * for one. This process makes its own where it is not set.
   */
  readonly rsaKeyPairs?: () => Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }>
  /** Whether what is fetched may lie in loopback and private networks, over http too; not where it is not set. */
  readonly allowPrivateNetworks?: boolean
}
