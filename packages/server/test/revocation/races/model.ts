/** When a request was sent and when its answer was there, on one clock that only counts. */
export interface Moment {
  readonly start: number
  readonly end: number
}

/** Whom something is subject to. */
export interface Subjects {
  readonly user?: string
  readonly client?: string
  readonly api?: string
  readonly issuer?: string
  readonly session?: string
  readonly grant?: string
  readonly token?: string
}

/** A session, a code, a refresh token or an access token. */
export interface Thing {
  readonly subjects: Subjects
  /** The request that made it. */
  readonly issued: Moment
}

/** Something that was revoked, and when. Every subject that it names has to fit; none means everything. */
export interface Revocation {
  readonly target: Subjects
  readonly asked: Moment
}

const NAMES = ['user', 'client', 'api', 'issuer', 'session', 'grant', 'token'] as const

function covers({ target }: Revocation, { subjects }: Thing): boolean {
  return NAMES.every((name) => target[name] === undefined || target[name] === subjects[name])
}

/** One token, family or session is void by its name, whenever it was issued; anything else up to now. */
function isAbsolute({ target: { token, grant, session } }: Revocation): boolean {
  return token !== undefined || grant !== undefined || session !== undefined
}

/**
 * What the authority has to say, decided by nothing but the order of requests and answers. It knows no positions, so
 * where a revocation and an issue overlap it leaves both answers open; but never for what is derived: the successor
 * of something that a revocation surely covers is covered, however the two requests overlapped.
 */
export class Model {
  readonly #revocations: Revocation[] = []

  /** @param revocation whose `asked.end` is infinite until it has been answered */
  revoked(revocation: Revocation): void {
    this.#revocations.push(revocation)
  }

  /**
   * Whether a request sent at `at` must be told that the thing is void: a revocation that covers it had been
   * acknowledged by then.
   *
   * @param parent what it was derived from, which had the same subjects
   */
  mustBeVoid(thing: Thing, at: number, parent: Thing = thing): boolean {
    return this.#revocations.some(
      (revocation) =>
        revocation.asked.end < at &&
        covers(revocation, thing) &&
        (isAbsolute(revocation) ||
          thing.issued.end < revocation.asked.start ||
          (covers(revocation, parent) && parent.issued.end < revocation.asked.start)),
    )
  }

  /** Whether a request that was answered at `by` may have been told that the thing is void. */
  mayBeVoid(thing: Thing, by: number): boolean {
    return this.#revocations.some(
      (revocation) =>
        revocation.asked.start < by &&
        covers(revocation, thing) &&
        (isAbsolute(revocation) || thing.issued.start < revocation.asked.end),
    )
  }

  /** How many revocations of it overlapped a request. */
  overlapping(thing: Thing, { start, end }: Moment): number {
    return this.#revocations.filter(
      (revocation) =>
        covers(revocation, thing) && revocation.asked.start < end && start < revocation.asked.end,
    ).length
  }
}
