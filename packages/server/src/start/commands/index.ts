import { type Command, CommandRefused } from './command.ts'
import { RECEIPT_USAGE, receiptCommand } from './receipt.ts'
import { REVOKE_USAGE, revokeCommand } from './revoke.ts'
import { SQL_USAGE, sqlCommand } from './sql.ts'
import { STACKQL_USAGE, stackqlCommand } from './stackql.ts'
import { processTerminal } from './terminal.ts'

/** Commands that work with an authority from outside, and read their own words. */
const COMMANDS: ReadonlyMap<string, { readonly run: Command; readonly usage: string }> = new Map([
  ['revoke', { run: revokeCommand, usage: REVOKE_USAGE }],
  ['receipt', { run: receiptCommand, usage: RECEIPT_USAGE }],
  ['sql', { run: sqlCommand, usage: SQL_USAGE }],
  ['stackql', { run: stackqlCommand, usage: STACKQL_USAGE }],
])

/**
 * Runs the command that the first word names, and sets the exit code of the process: 1, with a line on stderr, where
 * the operator can put it right.
 *
 * @returns false where it names none of these
 */
export async function runCommand([name = '', ...words]: readonly string[]): Promise<boolean> {
  const command = COMMANDS.get(name)
  if (command === undefined) return false
  const terminal = processTerminal()
  try {
    if (words.includes('--help') || words.includes('-h')) terminal.print(command.usage)
    else process.exitCode = await command.run(words, terminal)
  } catch (failure) {
    if (!(failure instanceof CommandRefused)) throw failure
    terminal.remark(failure.message.startsWith('usage:') ? failure.message : `rescind: ${failure.message}`)
    process.exitCode = 1
  }
  return true
}
