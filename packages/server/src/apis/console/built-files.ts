import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.ico', 'image/x-icon'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.webmanifest', 'application/manifest+json'],
  ['.woff2', 'font/woff2'],
])
const COMPRESSIBLE = /^(?:text\/|application\/(?:json|manifest)|image\/svg)/

export type Encoding = 'br' | 'gzip' | 'identity'

/** A file of the built console. What is served was read at the start: no path of a request reaches the disk. */
export class BuiltFile {
  readonly type: string
  readonly body: Buffer
  readonly #encoded = new Map<Encoding, Promise<Buffer>>()

  constructor(name: string, body: Buffer) {
    this.type = TYPES.get(extname(name)) ?? 'application/octet-stream'
    this.body = body
  }

  /** The best encoding that the other side takes, made once. */
  encodedFor(accepts: string): { readonly encoding: Encoding; readonly body: Promise<Buffer> } {
    const encoding = COMPRESSIBLE.test(this.type) ? preferred(accepts) : 'identity'
    const known = this.#encoded.get(encoding)
    const body = known ?? encode(this.body, encoding)
    this.#encoded.set(encoding, body)
    return { encoding, body }
  }
}

/**
 * The console as it was built (`npm run build` in its package), by path below `/console/`.
 *
 * @returns undefined where it was not built
 */
export function readBuiltConsole(folder = consoleFolder()): ReadonlyMap<string, BuiltFile> | undefined {
  if (folder === undefined) return undefined
  const files = new Map<string, BuiltFile>()
  for (const entry of globSync('**/*', { cwd: folder, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1).replaceAll('\\', '/')
    files.set(name, new BuiltFile(name, readFileSync(path)))
  }
  return files.has('index.html') ? files : undefined
}

function consoleFolder(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@rescind/console/package.json')
    return join(dirname(manifest), 'dist')
  } catch {
    return undefined
  }
}

function preferred(accepts: string): Encoding {
  const taken = accepts
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => !/;\s*q=0(?:\.0+)?$/.test(one))
    .map((one) => one.split(';')[0])
  if (taken.includes('br')) return 'br'
  return taken.includes('gzip') ? 'gzip' : 'identity'
}

async function encode(body: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'br')
    return promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
  return encoding === 'gzip' ? promisify(gzip)(body) : body
}
