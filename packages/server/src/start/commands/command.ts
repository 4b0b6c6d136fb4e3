/** What a command has of its surroundings. */
export interface Terminal {
  /** Writes one line to stdout. */
  print(line: string): void
  /** Writes one line to stderr: what is no result. */
  remark(line: string): void
  /** Draws over what was drawn before; `undefined` where stdout is no terminal. */
  readonly redraw: ((lines: readonly string[]) => void) | undefined
  /** Lines and columns of the terminal; plenty where there is none. */
  readonly rows: number
  readonly columns: number
  readonly environment: NodeJS.ProcessEnv
  /** Asks for a secret without showing it; `undefined` where nobody is there to ask. */
  askSecret(question: string): Promise<string | undefined>
  /** All of stdin. */
  readInput(): Promise<string>
}

/** @returns the exit code */
export type Command = (words: readonly string[], terminal: Terminal) => Promise<number>

/** The operator can put it right: one line on stderr, and exit code 1. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused'
}

/** Text from elsewhere, safe to show: without what a terminal would take for a command. */
export function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\u{fffd}')
}
