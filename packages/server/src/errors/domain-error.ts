import { type ErrorCode, type ErrorKind, REGISTRY } from './registry.ts'

/**
 * A refusal that the domain states by code. Three audiences are kept apart: what the client sees is rendered by
 * the wire dialect from `code` and `details`, what the log says is `message`, and `cause` is for diagnosis only.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: ErrorCode
  /** Values a dialect may put into its text. Never a secret. */
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}, cause?: unknown) {
    super(REGISTRY[code].log, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }

  get kind(): ErrorKind {
    return REGISTRY[this.code].kind
  }
}
