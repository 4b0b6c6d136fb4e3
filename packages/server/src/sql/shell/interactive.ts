import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { FORMATS, type Format } from './format.ts'
import { splitStatements } from './split.ts'

const PROMPT = 'rescind> '
const FURTHER = '      -> '
const HELP = `A statement ends with a semicolon and may go over several lines.
.format ${FORMATS.join('|')}   how answers are written
.help   .exit
SHOW PROVIDERS; SHOW SERVICES IN okta; SHOW METHODS IN okta.apps.jwks; DESCRIBE rescind.keys.all;
`
const MOST_REMEMBERED = 1_000
/** A statement that may carry a secret is not kept in a file. */
const SECRETIVE = /secret|password|token\s*[,)=]|credentials|@@json/i

export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly isTerminal: boolean
}

/**
 * Reads statements until there are no more.
 *
 * @param run runs one and writes what comes of it, refusals too
 */
export async function interact(
  { input, output, isTerminal }: Terminal,
  firstFormat: Format,
  run: (statement: string, as: Format) => Promise<void>,
): Promise<void> {
  const file = join(homedir(), '.rescind_history')
  const lines = createInterface({
    input,
    output,
    terminal: isTerminal,
    // What there is to complete reaches all of the server: it is loaded by whoever first asks for it.
    completer: async (line: string) => (await import('./completion.ts')).complete(line),
    history: isTerminal ? remembered(file) : [],
    historySize: MOST_REMEMBERED,
    removeHistoryDuplicates: true,
  })
  const history: string[] = []
  let as = firstFormat
  let typed = ''
  let isOpen = true
  lines.once('close', () => {
    isOpen = false
  })
  const ask = () => {
    lines.setPrompt(typed.trim() === '' ? PROMPT : FURTHER)
    // Whoever has left while a statement ran is asked for nothing more.
    if (isTerminal && isOpen) lines.prompt()
  }
  if (isTerminal) output.write('rescind: .help tells what there is, .exit leaves\n')
  ask()
  for await (const line of lines) {
    const command = typed.trim() === '' ? commandIn(line) : undefined
    if (command === 'exit') break
    if (command === 'help') output.write(HELP)
    else if (command !== undefined) as = FORMATS.find((one) => one === command) ?? as
    else {
      const { statements, rest } = splitStatements(`${typed}${line}\n`)
      typed = rest
      for (const statement of statements) {
        if (!SECRETIVE.test(statement)) history.push(`${statement.replaceAll(/\s+/g, ' ')};`)
        await run(statement, as)
      }
    }
    ask()
  }
  lines.close()
  if (typed.trim() !== '') await run(typed.trim(), as)
  if (isTerminal) remember(file, history)
}

/** What begins with a dot or a backslash is for the shell. */
function commandIn(line: string): string | undefined {
  const word = line.trim().toLowerCase()
  if (['.exit', '.quit', '\\q', 'exit', 'quit'].includes(word)) return 'exit'
  if (['.help', '\\?', 'help'].includes(word)) return 'help'
  return /^\.format\s+(\w+)$/.exec(word)?.[1]
}

/** The newest first, as the terminal wants them. */
function remembered(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).reverse()
  } catch {
    return []
  }
}

function remember(file: string, said: readonly string[]): void {
  const all = [...remembered(file).reverse(), ...said].slice(-MOST_REMEMBERED)
  try {
    writeFileSync(file, `${all.join('\n')}\n`, { mode: 0o600 })
    chmodSync(file, 0o600)
  } catch {
    // A home that cannot be written to is no reason to fail at the very end.
  }
}
