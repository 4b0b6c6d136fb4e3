/** Why an entry, a frame or a snapshot was refused. */
export type LogFormatCode =
  /** The text or the bytes do not follow the format, or a value lies outside its bounds. */
  | 'malformed'
  /** The bytes end in the middle of something. */
  | 'truncated'
  /** Written by a format, or holding a kind of entry, that this build cannot honour. */
  | 'unsupported'
  /** Larger than the reader allows. */
  | 'too_large'

/** The one error that readers of the log throw on bad input, whatever the input was. */
export class LogFormatError extends Error {
  override readonly name = 'LogFormatError'
  readonly code: LogFormatCode

  constructor(code: LogFormatCode, detail: string) {
    super(detail)
    this.code = code
  }
}

/** Refuses input as malformed, naming the place. */
export function malformed(at: string, detail: string): never {
  throw new LogFormatError('malformed', `${at}: ${detail}`)
}
