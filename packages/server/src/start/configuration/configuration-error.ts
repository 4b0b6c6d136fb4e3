/** What stops a start: one line for the operator that names the variable and never repeats its value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'

  constructor(variable: string, sentence: string, cause?: unknown) {
    super(`${variable} ${sentence}`, cause === undefined ? undefined : { cause })
  }
}
