/**
 * Whom a token, code, session or request is subject to. A revocation of any of them voids it, so what is derived
 * from several parents carries the subjects of all.
 */
export interface Subjects {
  readonly user?: string
  readonly client?: string
  /** The refresh-token family. */
  readonly grant?: string
  readonly session?: string
  /** The API's identifier: the audience. */
  readonly resource?: string
  /** Thumbprint of the client's key whose assertion was accepted. */
  readonly assertionKey?: string
  /** The identity provider that the sign-in came from. */
  readonly identityProvider?: string
}

const NAMES = ['user', 'client', 'grant', 'session', 'resource', 'assertionKey', 'identityProvider'] as const

/** Incarnation and sequence in the organization's own log. */
export interface Place {
  readonly incarnation: number
  readonly seq: number
}

/**
 * What everything that carries authority from one request to the next is kept with: the position of the knowledge
 * on which its right to exist was judged, and its subjects.
 */
export interface Stamp {
  readonly place: Place
  readonly subjects: Subjects
}

/** The lower of two places: what rests on both rests on the older knowledge. */
export function lower(a: Place, b: Place): Place {
  if (a.incarnation !== b.incarnation) return a.incarnation < b.incarnation ? a : b
  return a.seq <= b.seq ? a : b
}

/** The subjects of what is derived from `parent`, beside its `own`; where both name one, its own is meant. */
export function inherit(own: Subjects, parent: Subjects): Subjects {
  const subjects: { -readonly [Name in keyof Subjects]: Subjects[Name] } = {}
  for (const name of NAMES) {
    const value = own[name] ?? parent[name]
    if (value !== undefined) subjects[name] = value
  }
  return subjects
}
