import { runShell, ShellWordsRefused } from '../sql/shell/index.ts'
import { ConfigurationError } from './configuration/index.ts'

/** The words of `rescind sql`; what is missing is looked for in the environment. */
export interface SqlWords {
  readonly file?: string | undefined
  readonly output?: string | undefined
  readonly url?: string | undefined
}

/**
 * Runs statements against a server that is up, as anybody could over HTTP: it opens no database of its own.
 *
 * @throws ConfigurationError that names what is missing
 */
export async function runSqlShell(statements: readonly string[], words: SqlWords): Promise<void> {
  // A command line is shown to everybody on the machine; the environment is not.
  const token = process.env.RESCIND_API_TOKEN ?? process.env.RESCIND_ADMIN_API_TOKEN
  if (token === undefined || token === '') throw new ConfigurationError('RESCIND_API_TOKEN', 'is missing')
  const url = words.url ?? process.env.RESCIND_PUBLIC_URL ?? 'http://localhost:8080'
  const { stdin: input, stdout: output, stderr: errors } = process
  const isTerminal = input.isTTY === true && output.isTTY === true
  const asked = { statements, file: words.file, format: words.output, url, token }
  try {
    const isDone = await runShell(asked, { input, output, errors, isTerminal })
    if (!isDone) process.exitCode = 1
  } catch (failure) {
    if (failure instanceof ShellWordsRefused) throw new ConfigurationError('sql:', failure.message)
    throw failure
  }
}
