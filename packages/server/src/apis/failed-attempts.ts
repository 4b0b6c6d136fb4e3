import type { FastifyRequest } from 'fastify'
import type { Clock } from '../authority/index.ts'
import { DomainError, type ErrorCode } from '../errors/index.ts'
import { sourceOf } from '../oidc/pages/attempts.ts'
import { SlowDown } from '../oidc/pages/slow-down.ts'

/** The refusals that are a wrong guess: nobody was found to be who they claim. */
const GUESSES: ReadonlySet<ErrorCode> = new Set([
  'credentials_invalid',
  'client_authentication_failed',
  'client_assertion_kid_invalid',
])

/**
 * Limits on guessing at credentials that machines present. What is counted is the name that is claimed, as it comes
 * from one source: whoever guesses at a client's secret waits longer each time, and the client itself, which comes
 * from elsewhere or has the right secret, does not. Only failures count, so no number of good requests is too many.
 * Kept by each node for itself, in memory that does not grow.
 */
export class FailedAttempts {
  readonly #failures: SlowDown

  constructor(clock: Clock) {
    this.#failures = new SlowDown(clock, { free: 50, longest: 30_000 })
  }

  /**
   * Does the work of telling who somebody is, where guessing is worth while: a secret that people may have chosen.
   * Whoever has guessed wrong too often waits before the next attempt is looked at.
   *
   * @param name whose secret it is said to be
   * @throws DomainError `rate_limited` with the `seconds` to wait, and whatever the work is refused with
   */
  async hold<T>(request: FastifyRequest, name: string, work: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([name, sourceOf(request.ip)])
    const wait = this.#failures.wait(key)
    if (wait > 0) throw waiting(wait)
    try {
      const answer = await work()
      this.#failures.forgive(key)
      return answer
    } catch (failure) {
      if (isGuess(failure)) this.#failures.began(key)
      throw failure
    }
  }

  /**
   * The same where nothing can be guessed (256 random bits, a signature): a good credential is never made to wait for
   * what others at its address do; a wrong one is told to slow down.
   *
   * @throws DomainError `rate_limited`, and whatever the work is refused with
   */
  async tell<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (failure) {
      if (!isGuess(failure)) throw failure
      const key = sourceOf(request.ip)
      const wait = this.#failures.wait(key)
      this.#failures.began(key)
      throw wait > 0 ? waiting(wait) : failure
    }
  }
}

function isGuess(failure: unknown): boolean {
  return failure instanceof DomainError && GUESSES.has(failure.code)
}

function waiting(milliseconds: number): DomainError {
  return new DomainError('rate_limited', { seconds: Math.ceil(milliseconds / 1000) })
}
