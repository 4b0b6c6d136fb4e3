import { parseArgs } from 'node:util'
import { runShell, ShellWordsRefused } from '../../sql/shell/index.ts'
import { type Command, CommandRefused } from './command.ts'

export const SQL_USAGE = `usage: rescind sql ["STATEMENT"…] [-f FILE] [-o table|csv|json|jsonl] [--url URL]
Runs SQL against a server, or reads statements from the terminal (docs/sql.md). The server is the one at URL:
RESCIND_PUBLIC_URL unless told, else http://localhost:8080. The API token is RESCIND_API_TOKEN, or asked for.`

/** `rescind sql`: runs statements against a server that is up, as anybody could over HTTP. */
export const sqlCommand: Command = async (words, { environment, askSecret }) => {
  const {
    statements,
    file,
    format,
    url = environment.RESCIND_PUBLIC_URL ?? 'http://localhost:8080',
  } = read(words)
  // A command line is shown to everybody on the machine; the environment is not.
  const token =
    environment.RESCIND_API_TOKEN ?? environment.RESCIND_ADMIN_API_TOKEN ?? (await askSecret('API token: '))
  if (token === undefined || token === '') throw new CommandRefused('RESCIND_API_TOKEN is missing')
  const { stdin: input, stdout: output, stderr: errors } = process
  const isTerminal = input.isTTY === true && output.isTTY === true
  try {
    const asked = { statements, file, format, url, token }
    return (await runShell(asked, { input, output, errors, isTerminal })) ? 0 : 1
  } catch (failure) {
    if (failure instanceof ShellWordsRefused) throw new CommandRefused(`sql: ${failure.message}`)
    throw failure
  }
}

function read(words: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        file: { type: 'string', short: 'f' },
        output: { type: 'string', short: 'o' },
        url: { type: 'string' },
      },
    })
    return { statements: positionals, file: values.file, format: values.output, url: values.url }
  } catch (cause) {
    throw new CommandRefused(SQL_USAGE, { cause })
  }
}
