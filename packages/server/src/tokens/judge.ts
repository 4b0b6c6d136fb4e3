import type { ArtefactClass } from '@rescind/core/log'
import type { Stamp } from './stamp.ts'

/** Something that carries authority, as standing sees it. */
export interface Artefact {
  readonly class: ArtefactClass
  /** What a revocation of this one thing names it by: a `jti`, a session's or a grant's public id. */
  readonly id?: string
  /** The issuer it is of, by `iss`; a session is of no single one. */
  readonly issuer?: string
  /** Thumbprint of our key that signed it. */
  readonly signingKey?: string
  readonly stamp: Stamp
}

/** The newest knowledge of one organization that this node has applied. */
export interface Judge {
  /** Whether nothing that has been revoked or blocked covers it. */
  isGood(artefact: Artefact): boolean
  /** @throws DomainError `log_halted` where the log lacks entries, so that nothing may be issued by it */
  mayIssue(): void
}
