import type { ArtefactClass, Position } from '../log/index.ts'

/**
 * What is known of an artefact of ours that carries authority: a token, a code, a session, a sign-in in progress.
 * It names every subject of what it was derived from as well as its own. All names are those that entries use.
 */
export interface OwnFacts {
  readonly origin: 'own'
  readonly class: ArtefactClass
  /** The lowest position of the knowledge that it rests on; `undefined` where it is missing or unreadable. */
  readonly position: Position | undefined
  /** Its `jti`, or the id by which it is revoked by itself. */
  readonly token?: string
  /** The refresh-token family. */
  readonly grant?: string
  readonly session?: string
  /** The user, and whoever acts for the user. */
  readonly users: readonly string[]
  readonly clients: readonly string[]
  /** The APIs that it is for, by audience. */
  readonly resources: readonly string[]
  /** `iss`. */
  readonly issuer?: string
  readonly organization?: string
  /** Thumbprint of the key that signed it. Left out for what is opaque. */
  readonly key?: string
  /** Identity providers, by issuer or id, through which the user signed in. */
  readonly providers?: readonly string[]
  /** Thumbprints of keys by which assertions were accepted on the way. */
  readonly assertionKeys?: readonly string[]
}

/** What is known of a token that an identity provider signed, for which the verifier is configured. */
export interface ForeignFacts {
  readonly origin: 'foreign'
  readonly issuer: string
  /** Thumbprint of the key that signed it. */
  readonly key: string
  /** `iat`, seconds since the epoch; `undefined` where it is missing. */
  readonly issuedAt: number | undefined
  /** `jti`. */
  readonly token?: string
  /** The value of the claim that names the user. */
  readonly user?: string
  readonly resources: readonly string[]
  readonly organization?: string
}

export type TokenFacts = OwnFacts | ForeignFacts
