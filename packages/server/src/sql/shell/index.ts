import { readFileSync } from 'node:fs'
import { SqlClient, SqlRefused } from './client.ts'
import { FORMATS, type Format, format } from './format.ts'
import type { Terminal } from './interactive.ts'
import { splitStatements } from './split.ts'

export { splitStatements } from './split.ts'

/** The words of `rescind sql`. */
export interface ShellWords {
  readonly statements: readonly string[]
  readonly file?: string | undefined
  readonly format?: string | undefined
  readonly url: string
  readonly token: string
}

export interface Streams extends Terminal {
  /** Where messages and refusals go: what is piped on is rows only. */
  readonly errors: NodeJS.WritableStream
}

/** What is wrong with the words, for whoever typed them. */
export class ShellWordsRefused extends Error {}

/**
 * `rescind sql`: runs the statements that it is given, or those of a file, or those that are typed.
 *
 * @returns whether every statement was carried out
 * @throws ShellWordsRefused
 */
export async function runShell(words: ShellWords, streams: Streams): Promise<boolean> {
  const as = FORMATS.find((one) => one === (words.format ?? 'table'))
  if (as === undefined) throw new ShellWordsRefused(`-o is one of ${FORMATS.join(', ')}`)
  if (!URL.canParse(words.url)) throw new ShellWordsRefused('--url is not an address')
  const client = new SqlClient(words.url, words.token)
  let isDone = true
  const run = async (statement: string, how: Format) => {
    isDone = (await runOne(client, statement, how, streams)) && isDone
  }
  const given = givenStatements(words)
  if (given === undefined) {
    // Completion knows the whole catalogue, and so the whole domain: only those who type wait for it.
    const { interact } = await import('./interactive.ts')
    await interact(streams, as, run)
  } else
    for (const statement of given) {
      await run(statement, as)
      // What follows may rest on what was refused.
      if (!isDone) break
    }
  return isDone
}

function givenStatements({ statements, file }: ShellWords): readonly string[] | undefined {
  const texts = file === undefined ? statements : [...statements, readFile(file)]
  if (texts.length === 0) return undefined
  return texts.flatMap((text) => {
    const { statements: whole, rest } = splitStatements(text)
    return rest.trim() === '' ? whole : [...whole, rest.trim()]
  })
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ShellWordsRefused(`${path} cannot be read`, { cause })
  }
}

async function runOne(client: SqlClient, statement: string, as: Format, streams: Streams): Promise<boolean> {
  try {
    const answer = await client.run(statement)
    streams.output.write(format(answer, as))
    if (answer.message !== undefined) streams.errors.write(`${answer.message}\n`)
    return true
  } catch (failure) {
    if (!(failure instanceof SqlRefused)) throw failure
    streams.errors.write(`${failure.message}\n`)
    return false
  }
}
