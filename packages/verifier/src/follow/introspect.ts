import { VerifierError } from '../errors.ts'

/** How long the authority may take, in milliseconds. */
const TIMEOUT = 5_000

/** Asks the authority about a token (RFC 7662), for clusters that do so past their staleness. */
export class Introspector {
  readonly #authorization: string

  constructor({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }) {
    // RFC 6749 section 2.3.1: both are form-encoded first.
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`
    this.#authorization = `Basic ${btoa(pair)}`
  }

  /**
   * @param issuer one whose keys were read from the log, so nobody else chooses where the token is sent
   * @returns the token's position where it is active, empty where the answer names none; `undefined` where it is not
   * @throws VerifierError `stale` where the authority does not answer
   */
  async ask(issuer: string, token: string): Promise<string | undefined> {
    try {
      const response = await fetch(`${issuer}/v1/introspect`, {
        method: 'POST',
        redirect: 'error',
        headers: {
          authorization: this.#authorization,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token }).toString(),
        signal: AbortSignal.timeout(TIMEOUT),
      })
      if (!response.ok) throw new Error(`introspection was answered ${response.status}`)
      const body: unknown = await response.json()
      if (typeof body !== 'object' || body === null || !('active' in body) || body.active !== true)
        return undefined
      return 'pos' in body && typeof body.pos === 'string' ? body.pos : ''
    } catch (failure) {
      throw new VerifierError('stale', failure instanceof Error ? failure.message : 'introspection failed')
    }
  }
}
