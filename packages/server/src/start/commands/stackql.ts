import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, CommandRefused } from './command.ts'

export const STACKQL_USAGE = `usage: rescind stackql registry --out DIR [--url URL]
Writes a registry of providers for the StackQL binary whose providers okta and rescind are the server at URL:
RESCIND_PUBLIC_URL unless told, else http://localhost:8080; rescind only where that is up. docs/sql.md says how it is used.`

/** Milliseconds. */
const PATIENCE = 10_000

/** `rescind stackql registry`: writes the documents by which StackQL finds this server. */
export const stackqlCommand: Command = async (words, { print, remark, environment }) => {
  const { out, url = environment.RESCIND_PUBLIC_URL ?? 'http://localhost:8080' } = read(words)
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new CommandRefused('--url must be <scheme>://<host>[:port] with http or https')
  // The catalogue reaches all of the server: other commands do not wait for it to load.
  const { registryFiles } = await import('../../sql/registry/documents.ts')
  const root = resolve(out)
  const { nativeFiles } = await import('../../sql/registry/native-documents.ts')
  const { origin } = new URL(url)
  const openApi = await openApiOf(origin)
  if (openApi === undefined)
    remark(`${origin} cannot be asked for its OpenAPI document: the provider rescind is left out`)
  const native = openApi === undefined ? [] : nativeFiles(openApi, origin)
  for (const [path, text] of [...registryFiles(origin), ...native]) {
    const file = join(root, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    print(file)
  }
  const registry = { url: `file://${root}`, localDocRoot: root, verifyConfig: { nopVerify: true } }
  print(`stackql shell --registry='${JSON.stringify(registry)}'`)
  return 0
}

/** What the server says of its own API; undefined where it is not there to say it. */
async function openApiOf(origin: string): Promise<unknown> {
  try {
    const reply = await fetch(new URL('/openapi.json', origin), { signal: AbortSignal.timeout(PATIENCE) })
    return reply.ok ? await reply.json() : undefined
  } catch {
    return undefined
  }
}

function read(words: readonly string[]): { readonly out: string; readonly url: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { out: { type: 'string' }, url: { type: 'string' } },
    })
    if (positionals.join(' ') === 'registry' && values.out !== undefined)
      return { out: values.out, url: values.url }
  } catch (cause) {
    throw new CommandRefused(STACKQL_USAGE, { cause })
  }
  throw new CommandRefused(STACKQL_USAGE)
}
