/** Thumbprints (RFC 7638, SHA-256, base64url) that no ring takes, under any kid. A `Set` is one. */
export interface BlockedThumbprints {
  has(thumbprint: string): boolean
}

/** Why a ring refuses a command. The words of a vendor's interface belong to that interface, not here. */
export interface RingRefusal<Code extends string> {
  readonly code: Code
  /** The key that the command named or brought, by id where it has one, else by kid. */
  readonly key: string | null
}

/**
 * What a ring answers: the row changes that the caller applies in one transaction, in this order, or a refusal.
 * An empty list means that the ring already is as the command wants it.
 */
export type RingOutcome<Change, Code extends string> =
  | { readonly ok: true; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly refusal: RingRefusal<Code> }

export function changed<Change>(...changes: readonly Change[]): {
  readonly ok: true
  readonly changes: readonly Change[]
} {
  return { ok: true, changes }
}

export function refused<Code extends string>(
  code: Code,
  key: string | null,
): { readonly ok: false; readonly refusal: RingRefusal<Code> } {
  return { ok: false, refusal: { code, key } }
}
