import { hash } from 'node:crypto'
import type { FormTokens } from './form-tokens.ts'

/** Seconds. A browser that was away for longer is a stranger again. */
const REMEMBERED = 180 * 86_400

/**
 * The proof that a browser has signed in to an account before: a cookie that says so to us and tells nobody else
 * anything. It opens nothing; it only lets the owner's attempts be counted apart from an attacker's.
 */
export class KnownBrowsers {
  readonly #tokens: FormTokens

  constructor(tokens: FormTokens) {
    this.#tokens = tokens
  }

  /** @param login in lower case, of an account that may not exist */
  async isKnown(cookies: string | undefined, organizationId: string, login: string): Promise<boolean> {
    const name = cookieName(organizationId, login)
    const found = (cookies ?? '').split('; ').find((cookie) => cookie.startsWith(`${name}=`))
    if (found === undefined) return false
    return this.#tokens.isGood(found.slice(name.length + 1), 'known browser', organizationId, login)
  }

  /** The `Set-Cookie` that makes the browser known. */
  async cookie(organizationId: string, login: string, isSecure: boolean): Promise<string> {
    const value = await this.#tokens.make('known browser', organizationId, login)
    const attributes = `Path=/; Max-Age=${REMEMBERED}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
    return `${cookieName(organizationId, login)}=${value}; ${attributes}`
  }
}

function cookieName(organizationId: string, login: string): string {
  return `rescind_known_${hash('sha256', `${organizationId}:${login}`, 'hex').slice(0, 12)}`
}
