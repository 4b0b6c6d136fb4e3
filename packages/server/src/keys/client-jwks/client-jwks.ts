import type { Authority } from '../../authority/index.ts'
import { FetchFailed, fetchDocument, type Resolve } from '../../outbound/index.ts'
import { type PublishedKey, readJwks } from './read-jwks.ts'
import { type Attempts, counts, isDue } from './schedule.ts'

/** Bytes after decompression, and milliseconds in all: what is larger or slower is no key set. */
const BOUNDS = { bytes: 262_144, time: 5_000 }
/** Sets remembered at once. The one that was used longest ago makes room. */
const MOST_SETS = 10_000

interface Remembered {
  attempts: Attempts
  keys: readonly PublishedKey[]
  /** The fetch under way, which serves all who ask meanwhile. */
  fetching: Promise<void> | undefined
}

/**
 * The keys that clients publish at their `jwks_uri`, as this process knows them. Each set is fetched by one request
 * at a time, at most once per quiet period whatever comes of it; while a newer one cannot be had the last good one
 * counts, up to a limit. Which of the keys are blocked is the caller's to say, at each use.
 */
export class ClientJwks {
  readonly #authority: Pick<Authority, 'clock' | 'logger' | 'allowPrivateNetworks'>
  readonly #resolve: Resolve | undefined
  readonly #sets = new Map<string, Remembered>()

  /** @param resolve how names become addresses; the operating system's way unless told */
  constructor(authority: Pick<Authority, 'clock' | 'logger' | 'allowPrivateNetworks'>, resolve?: Resolve) {
    this.#authority = authority
    this.#resolve = resolve
  }

  /**
   * The keys at an address. Never throws: a set that cannot be had is empty, and nobody authenticates by it.
   *
   * @param organizationId whose client asks: what one organization's requests bring about no other one sees
   * @param kid the kid that is looked for; one that the set lacks is a reason to look again
   */
  async keysAt(organizationId: string, address: string, kid?: string): Promise<readonly PublishedKey[]> {
    const set = this.#remembered(`${organizationId} ${address}`)
    const { clock } = this.#authority
    const isMissing = kid !== undefined && !set.keys.some((key) => key.kid === kid)
    if (set.fetching !== undefined || isDue(set.attempts, clock.now(), isMissing)) {
      set.fetching ??= this.#fetch(address, set).finally(() => {
        set.fetching = undefined
      })
      await set.fetching
    }
    return counts(set.attempts, clock.now()) ? set.keys : []
  }

  async #fetch(address: string, set: Remembered): Promise<void> {
    const { clock, logger, allowPrivateNetworks = false } = this.#authority
    try {
      const bytes = await fetchDocument(address, {
        allowPrivateNetworks,
        bounds: BOUNDS,
        ...(this.#resolve === undefined ? {} : { resolve: this.#resolve }),
      })
      const { keys, leftOut } = readJwks(bytes)
      if (leftOut.length > 0) logger.warn({ jwksUri: address, leftOut }, 'keys of a client were left out')
      const now = clock.now()
      set.keys = keys
      set.attempts = { goodAt: now, endedAt: now, failures: 0 }
    } catch (failure) {
      const { attempts } = set
      set.attempts = { ...attempts, endedAt: clock.now(), failures: attempts.failures + 1 }
      const code = failure instanceof FetchFailed ? failure.code : 'internal'
      logger.warn({ jwksUri: address, code, err: failure }, 'the keys of a client could not be fetched')
    }
  }

  #remembered(name: string): Remembered {
    const set = this.#sets.get(name) ?? { attempts: { failures: 0 }, keys: [], fetching: undefined }
    // Last in order is used last.
    this.#sets.delete(name)
    this.#sets.set(name, set)
    const [oldest] = this.#sets.keys()
    if (this.#sets.size > MOST_SETS && oldest !== undefined) this.#sets.delete(oldest)
    return set
  }
}
