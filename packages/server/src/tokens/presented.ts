import { decodeJwt, decodeProtectedHeader } from 'jose'
import { handleOf } from './handle.ts'

/** Longer than any token of ours; what is longer is not decoded. */
const LONGEST = 16_384

/** How the ledger knows a token that somebody presents. */
export type PresentedName = { readonly jti: string } | { readonly handle: string }

/**
 * Tells what a presented token calls itself: a JWT by its `jti`, an encrypted one by the `rid` of its header,
 * anything else by its value. Nothing is verified: the name only leads to the ledger's row, and whoever relies on
 * the token, rather than revoking it, verifies it first.
 */
export function readPresented(token: string): PresentedName {
  const parts = token.length <= LONGEST ? token.split('.').length : 0
  if (parts === 3) {
    const jti = attempt(() => decodeJwt(token).jti)
    if (typeof jti === 'string') return { jti }
  }
  if (parts === 5) {
    const rid = attempt(() => decodeProtectedHeader(token).rid)
    if (typeof rid === 'string') return { handle: handleOf(rid) }
  }
  return { handle: handleOf(token) }
}

/** What is no token of that form is a value like any other, and no row has it. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
