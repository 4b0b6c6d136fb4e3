/**
 * A place in a log. Positions are compared only within one log, incarnation first.
 * On the wire a position is the string `<logId>.<incarnation>.<seq>`.
 */
export interface Position {
  readonly log: string
  readonly incarnation: number
  readonly seq: number
}

/** A place in a log that is understood. */
export interface Mark {
  readonly incarnation: number
  readonly seq: number
}

const WIRE_FORM = /^([0-9a-f]{24})\.([1-9][0-9]{0,14})\.(0|[1-9][0-9]{0,14})$/

/** Writes a position in its wire form. */
export function formatPosition(position: Position): string {
  return `${position.log}.${position.incarnation}.${position.seq}`
}

/** Reads the wire form; anything else, also a spelling that is not canonical, is `undefined`. */
export function parsePosition(text: string): Position | undefined {
  const [, log, incarnation, seq] = WIRE_FORM.exec(text) ?? []
  if (log === undefined || incarnation === undefined || seq === undefined) return undefined
  return { log, incarnation: Number(incarnation), seq: Number(seq) }
}

/** Negative, zero or positive as `a` lies before, at or after `b` in their one log: incarnation first. */
export function compareMarks(a: Mark, b: Mark): number {
  return a.incarnation - b.incarnation || a.seq - b.seq
}

/**
 * The same for positions, which have an order only within one log.
 *
 * @returns `undefined` for positions of two logs
 */
export function comparePositions(a: Position, b: Position): number | undefined {
  return a.log === b.log ? compareMarks(a, b) : undefined
}
